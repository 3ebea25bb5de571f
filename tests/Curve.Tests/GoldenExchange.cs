using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>A recorded request and its answer, see tests/golden/README.md. Frames are taken apart here by hand, not by the code under test.</summary>
internal sealed record GoldenExchange(string File, string Step, string Method, string Status, byte[] Request, byte[] Response)
{
    public static IReadOnlyList<GoldenExchange> Read(string file) =>
        [.. System.IO.File.ReadLines(Path.Combine(Folder(), $"{file}.jsonl")).Select(line => Parse(file, line))];

    /// <summary>The number in "kFileExists(101)".</summary>
    public int StatusNumber => int.Parse(Status[(Status.IndexOf('(', StringComparison.Ordinal) + 1)..].TrimEnd(')'));

    public override string ToString() => $"{File}: {Step} ({Method})";

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "golden");

    private static GoldenExchange Parse(string file, string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? "";
        return new GoldenExchange(file, Text("step"), Text("method"), Text("status"), MessageOf(Text("request")), MessageOf(Text("response")));
    }

    private static byte[] MessageOf(string hex)
    {
        byte[] frame = Convert.FromHexString(hex);
        if (frame.Length == 0)
            return [];
        int body = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        int meta = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(8));
        int attachment = AttachmentSizeOf(frame.AsSpan(12, meta));
        return attachment > body - meta ? [] : frame[(12 + meta)..(12 + body - attachment)];
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
