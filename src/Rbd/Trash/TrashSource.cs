namespace CurveRbd.Rbd;

/// <summary>Why an image is in the trash; the numbers are those of <c>rbd_trash_image_source_t</c>.</summary>
public enum TrashSource
{
    User = 0,
    Mirroring = 1,
    Migration = 2,
    Removing = 3,
    UserParent = 4,
}
