using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Wishes for a new image (<c>rbd_image_options_t</c>). Types are checked here, values by whoever creates the image.</summary>
public sealed class ImageOptions
{
    private readonly Dictionary<ImageOption, ulong> _numbers = [];
    private readonly Dictionary<ImageOption, ByteName> _texts = [];

    public bool IsEmpty => _numbers.Count == 0 && _texts.Count == 0;

    /// <exception cref="StorageException">EINVAL: no such option, or it is a text.</exception>
    public void Set(ImageOption option, ulong value)
    {
        ThrowUnless(!IsText(option), option, "a number");
        _numbers[option] = value;
    }

    /// <exception cref="StorageException">EINVAL: no such option, or it is a number.</exception>
    public void Set(ImageOption option, ByteName value)
    {
        ThrowUnless(IsText(option), option, "a text");
        _texts[option] = value;
    }

    /// <exception cref="StorageException">EINVAL: no such option, or it is a text. ENOENT: not set.</exception>
    public ulong GetNumber(ImageOption option)
    {
        ThrowUnless(!IsText(option), option, "a number");
        return _numbers.TryGetValue(option, out ulong value) ? value : throw NotSet(option);
    }

    /// <exception cref="StorageException">EINVAL: no such option, or it is a number. ENOENT: not set.</exception>
    public ByteName GetText(ImageOption option)
    {
        ThrowUnless(IsText(option), option, "a text");
        return _texts.TryGetValue(option, out ByteName value) ? value : throw NotSet(option);
    }

    /// <exception cref="StorageException">EINVAL: no such option.</exception>
    public bool IsSet(ImageOption option)
    {
        ThrowUnlessKnown(option);
        return _numbers.ContainsKey(option) || _texts.ContainsKey(option);
    }

    /// <exception cref="StorageException">EINVAL: no such option. ENOENT: not set.</exception>
    public void Unset(ImageOption option)
    {
        ThrowUnlessKnown(option);
        if (!_numbers.Remove(option) && !_texts.Remove(option))
            throw NotSet(option);
    }

    public void Clear()
    {
        _numbers.Clear();
        _texts.Clear();
    }

    public ImageOptions Clone()
    {
        var clone = new ImageOptions();
        foreach ((ImageOption option, ulong value) in _numbers)
            clone._numbers[option] = value;
        foreach ((ImageOption option, ByteName value) in _texts)
            clone._texts[option] = value;
        return clone;
    }

    internal ulong? FindNumber(ImageOption option) => _numbers.TryGetValue(option, out ulong value) ? value : null;

    internal ByteName? FindText(ImageOption option) => _texts.TryGetValue(option, out ByteName value) ? value : (ByteName?)null;

    private static bool IsText(ImageOption option) => option is ImageOption.JournalPool or ImageOption.DataPool;

    private static void ThrowUnless(bool typeFits, ImageOption option, string type)
    {
        ThrowUnlessKnown(option);
        if (!typeFits)
            throw new StorageException(Errno.EINVAL, $"image option {option} is not {type}");
    }

    private static void ThrowUnlessKnown(ImageOption option)
    {
        if (option is < ImageOption.Format or > ImageOption.MirrorImageMode)
            throw new StorageException(Errno.EINVAL, $"there is no image option {(int)option}");
    }

    private static StorageException NotSet(ImageOption option) => new(Errno.ENOENT, $"image option {option} is not set");
}
