using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd encryption format</c></summary>
internal sealed class EncryptionFormatCommand : Command
{
    private static readonly Option<EncryptionAlgorithm> s_algorithm = new(
        "cipher-alg", "encryption algorithm [aes-128 or aes-256; default: aes-256]", TryParse);

    private static readonly Positional s_format = new("format", "encryption format [luks1 or luks2]");

    private static readonly Positional s_passphraseFile = new("passphrase-file", "path of file containing passphrase");

    public override string Name => "encryption format";

    public override string Summary => "Format image to an encrypted format.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, s_algorithm];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord, s_format, s_passphraseFile];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        EncryptionFormat format = ReadFormat(session.Arguments);
        byte[] passphrase = EncryptionOptions.ReadPassphrase(
            session.Arguments.NextWord() ?? throw new CommandException(Errno.EINVAL, "must specify passphrase file"));
        EncryptionAlgorithm algorithm = session.Arguments.Get(s_algorithm, EncryptionAlgorithm.Aes256);
        await session.UseImageAsync(path, readOnly: false, image => image
            .FormatEncryptionAsync(format, algorithm, passphrase, session.Interrupted)
            .FailingAs("encryption format error")).ConfigureAwait(false);
        Array.Clear(passphrase);
    }

    private static EncryptionFormat ReadFormat(ParsedArguments arguments)
    {
        string word = arguments.NextWord() ?? throw new CommandException(Errno.EINVAL, "must specify format.");
        return EncryptionOptions.TryParseVersion(word, out EncryptionFormat format)
            ? format
            : throw new CommandException(Errno.EOPNOTSUPP, $"unsupported encryption format: {word}");
    }

    private static bool TryParse(string text, out EncryptionAlgorithm algorithm)
    {
        algorithm = text == "aes-128" ? EncryptionAlgorithm.Aes128 : EncryptionAlgorithm.Aes256;
        return text is "aes-128" or "aes-256";
    }
}
