using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>A recorded request and its answer, see tests/golden/README.md. Frames are taken apart here by hand, not by the code under test.</summary>
/// <param name="Status">Empty: no answer was recorded.</param>
internal sealed record GoldenExchange(string File, string Step, string Service, string Method, string Status)
{
    /// <summary>What CurveBS' own client made of it.</summary>
    public string Result { get; private init; } = "";

    /// <summary>The messages, and the attachments behind them.</summary>
    public byte[] Request { get; private init; } = [];

    public byte[] RequestAttachment { get; private init; } = [];

    public byte[] Response { get; init; } = [];

    public byte[] ResponseAttachment { get; private init; } = [];

    /// <summary>The names of all recordings.</summary>
    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder(), "*.jsonl").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal);

    public static IEnumerable<GoldenExchange> All => Files.SelectMany(Read);

    public static IReadOnlyList<GoldenExchange> Read(string file) =>
        [.. System.IO.File.ReadLines(Path.Combine(Folder(), $"{file}.jsonl")).Select(line => Parse(file, line))];

    /// <summary>With the service's full name: a server also finds one by its last part.</summary>
    public string FullMethod => Service.Contains('.', StringComparison.Ordinal) ? $"{Service}.{Method}" : $"curve.mds.{Service}.{Method}";

    /// <summary>false: nothing came back, or an error of the call itself.</summary>
    public bool IsAnswered => Response.Length > 0;

    /// <summary>Made to be refused: no server could read it.</summary>
    public bool IsUnreadable => Method == "Nope" || Step == "unparsable message";

    /// <summary>The number in "kFileExists(101)", or in a topology's "-11".</summary>
    public int StatusNumber => int.Parse(Status[(Status.IndexOf('(', StringComparison.Ordinal) + 1)..].TrimEnd(')'), CultureInfo.InvariantCulture);

    public override string ToString() => $"{File}: {Step} ({Method})";

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "golden");

    private static GoldenExchange Parse(string file, string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        string Text(string name) => json.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";
        (byte[] request, byte[] requestAttachment) = BodyOf(Text("request"));
        (byte[] response, byte[] responseAttachment) = BodyOf(Text("response"));
        return new GoldenExchange(file, Text("step"), Text("service"), Text("method"), Text("status"))
        {
            Result = Text("result"),
            Request = request,
            RequestAttachment = requestAttachment,
            Response = response,
            ResponseAttachment = responseAttachment,
        };
    }

    private static (byte[] Message, byte[] Attachment) BodyOf(string hex)
    {
        byte[] frame = Convert.FromHexString(hex);
        if (frame.Length == 0)
            return ([], []);
        int body = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        int meta = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(8));
        int attachment = AttachmentSizeOf(frame.AsSpan(12, meta));
        if (attachment > body - meta)
            attachment = 0; // a lie, made to be refused
        return (frame[(12 + meta)..(12 + body - attachment)], frame[(12 + body - attachment)..(12 + body)]);
    }

    private static int AttachmentSizeOf(ReadOnlySpan<byte> meta)
    {
        // RpcMeta.attachment_size is field 5; every other field is skipped, so any message will do.
        using var input = new CodedInputStream(meta.ToArray());
        int size = 0;
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 5)
                size = input.ReadInt32();
            else
                input.SkipLastField();
        }

        return size;
    }
}
