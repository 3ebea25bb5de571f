using System.Globalization;
using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>Writes the shapes that Ceph's JSON is made of.</summary>
internal static class JsonWriting
{
    public static void Object(this Utf8JsonWriter json, Action content)
    {
        json.WriteStartObject();
        content();
        json.WriteEndObject();
    }

    public static void Object(this Utf8JsonWriter json, string name, Action content)
    {
        json.WriteStartObject(name);
        content();
        json.WriteEndObject();
    }

    public static void Array<T>(this Utf8JsonWriter json, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray();
        foreach (T item in items)
            write(item);
        json.WriteEndArray();
    }

    public static void Array<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WritePropertyName(name);
        json.Array(items, write);
    }

    public static void EmptyArray(this Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }

    public static void EmptyObject(this Utf8JsonWriter json, string name) => json.Object(name, () => { });

    /// <summary>A point in time as Ceph writes it: "2026-11-25T16:53:37.123456Z".</summary>
    public static void Time(this Utf8JsonWriter json, string name, DateTimeOffset time) => json.WriteString(name, time.ToJsonText());

    public static string ToJsonText(this DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same for people: "2026-11-25T16:53:37.123456+0000".</summary>
    public static string ToPlainText(this DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+0000'", CultureInfo.InvariantCulture);
}
