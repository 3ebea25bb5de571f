namespace CurveRbd.Rbd;

/// <summary>What can be asked of a new image; the numbers are those of <c>rbd_image_options_t</c>.</summary>
public enum ImageOption
{
    Format = 0,
    Features = 1,
    Order = 2,
    StripeUnit = 3,
    StripeCount = 4,
    JournalOrder = 5,
    JournalSplayWidth = 6,
    JournalPool = 7,
    FeaturesSet = 8,
    FeaturesClear = 9,
    DataPool = 10,
    Flatten = 11,
    CloneFormat = 12,
    MirrorImageMode = 13,
}
