using System.Text;
using System.Text.Json;
using System.Xml;

namespace CurveRbd.Rados;

/// <summary>An answer's JSON as XML: members become elements, the items of an array elements named "item".</summary>
internal static class XmlRendering
{
    /// <param name="root">The name of the outermost element.</param>
    public static byte[] Of(ReadOnlyMemory<byte> json, string root, bool isPretty)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        var settings = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            OmitXmlDeclaration = true,
            Indent = isPretty,
            NewLineChars = "\n",
            CheckCharacters = false,
        };
        using (var xml = XmlWriter.Create(buffer, settings))
            Write(xml, root, document.RootElement);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void Write(XmlWriter xml, string name, JsonElement value)
    {
        xml.WriteStartElement(XmlConvert.EncodeLocalName(name.Replace(' ', '_')));
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in value.EnumerateObject())
                Write(xml, member.Name, member.Value);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray())
                Write(xml, "item", item);
        }
        else
        {
            xml.WriteString(value.ValueKind is JsonValueKind.String ? value.GetString() : value.GetRawText());
        }

        xml.WriteEndElement();
    }
}
