using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>What opens an encrypted image, and after it those that it is a clone of.</summary>
internal sealed class EncryptionOptions
{
    private static readonly Option<EncryptionFormat> s_format = new(
        "encryption-format", "encryption formats (luks, luks1 or luks2) [default: luks]", TryParseLoadable) { IsRepeatable = true };

    private static readonly Option<string> s_passphraseFile = SpecOptions.RepeatableText(
        "encryption-passphrase-file", "path to file containing passphrase for unlocking the image");

    public static readonly Option[] All = [s_format, s_passphraseFile];

    private readonly EncryptionSpec[] _specs;

    private EncryptionOptions(EncryptionSpec[] specs) => _specs = specs;

    /// <exception cref="CommandException">EINVAL: more formats than passphrases, or the other way round. A file can't be read.</exception>
    public static EncryptionOptions Read(ParsedArguments arguments)
    {
        string[] files = [.. arguments.GetAll(s_passphraseFile)];
        EncryptionFormat[] formats = [.. arguments.GetAll(s_format)];
        if (formats.Length == 0)
            formats = [.. files.Select(_ => EncryptionFormat.Luks)];
        if (formats.Length != files.Length)
        {
            throw new CommandException(Errno.EINVAL, formats.Length > files.Length
                ? "encryption-format cannot be specified more times than encryption-passphrase-file"
                : "encryption-passphrase-file cannot be specified more times than encryption-format");
        }

        return new EncryptionOptions([.. files.Zip(formats, (file, format) => new EncryptionSpec(format, ReadPassphrase(file)))]);
    }

    /// <summary>The whole file, a line's end too.</summary>
    /// <exception cref="CommandException">It can't be read, or is empty.</exception>
    public static byte[] ReadPassphrase(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                error is FileNotFoundException or DirectoryNotFoundException ? Errno.ENOENT : Errno.EACCES,
                $"unable to open passphrase file {file}: {error.Message}");
        }
    }

    public static bool TryParseVersion(string text, out EncryptionFormat format)
    {
        format = text == "luks2" ? EncryptionFormat.Luks2 : EncryptionFormat.Luks1;
        return text is "luks1" or "luks2";
    }

    /// <summary>Nothing when the options were not given.</summary>
    public async Task LoadAsync(Image image, CancellationToken cancellationToken)
    {
        if (_specs.Length == 0)
            return;
        await image.LoadEncryptionAsync(_specs, cancellationToken).FailingAs("encryption load failed").ConfigureAwait(false);
        foreach (EncryptionSpec spec in _specs)
            MemoryMarshal.AsMemory(spec.Passphrase).Span.Clear();
    }

    private static bool TryParseLoadable(string text, out EncryptionFormat format)
    {
        bool isKnown = TryParseVersion(text, out format);
        if (text == "luks")
            format = EncryptionFormat.Luks;
        return isKnown || text == "luks";
    }
}
