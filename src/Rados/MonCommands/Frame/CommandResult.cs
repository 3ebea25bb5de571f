using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What a command that was carried out answers.</summary>
/// <param name="Output">For stdout.</param>
/// <param name="Status">For stderr.</param>
internal sealed record CommandResult(ReadOnlyMemory<byte> Output, string Status = "", Errno Errno = Errno.None)
{
    // Ceph's pretty JSON; names are shown as they are.
    private const int IndentSize = 4;

    public static CommandResult Say(string status) => new(ReadOnlyMemory<byte>.Empty, status);

    public static CommandResult Text(string output, string status = "") => new(Encoding.UTF8.GetBytes(output), status);

    /// <summary>JSON when a JSON format was asked for, else the text.</summary>
    public static CommandResult Of(CommandCall call, Func<string> plain, Action<Utf8JsonWriter> json, string status = "") =>
        call.Format == CommandFormat.Plain ? Text(plain(), status) : Json(call, json, status);

    /// <summary>JSON in whatever format: what Ceph, too, shows as pretty JSON when asked for plain text.</summary>
    public static CommandResult Json(CommandCall call, Action<Utf8JsonWriter> json, string status = "")
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Indented = call.Format != CommandFormat.Json,
            IndentSize = IndentSize,
            NewLine = "\n",
        };
        using (var writer = new Utf8JsonWriter(buffer, options))
            json(writer);
        if (options.Indented)
            buffer.WriteByte((byte)'\n');
        return new CommandResult(buffer.ToArray(), status);
    }
}
