using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CurveRbd.Curve.Tests;

/// <summary>Every recorded message, in every recording there is, is made of fields that are known here and of nothing else.</summary>
public class GoldenMessagesTests
{
    private static readonly string[] s_recordings = ["io", "multi", "nebd", "ns", "probe", "probe2", "snap"];

    public static TheoryData<string> Recordings => [.. GoldenExchange.Files];

    [Fact]
    public void Recordings_are_those_that_are_described() => Assert.Equal(s_recordings, GoldenExchange.Files);

    [Fact]
    public void What_no_server_can_read_is_no_message()
    {
        GoldenExchange[] unreadable = [.. GoldenExchange.All.Where(exchange => exchange.IsUnreadable)];

        Assert.Equal(3, unreadable.Length);
        Assert.All(unreadable, exchange =>
        {
            Assert.False(exchange.IsAnswered);
            if (GoldenMessages.Knows(exchange))
                Assert.Throws<InvalidProtocolBufferException>(() => GoldenMessages.RequestOf(exchange));
        });
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Requests_built_from_their_fields_are_the_recorded_bytes(string file)
    {
        foreach (GoldenExchange exchange in Sent(file))
            AssertSame(exchange.Request, Rebuilt(GoldenMessages.RequestOf(exchange)), exchange);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Answers_built_from_their_fields_are_the_recorded_bytes(string file)
    {
        foreach (GoldenExchange exchange in Sent(file).Where(exchange => exchange.IsAnswered))
        {
            IMessage answer = GoldenMessages.ResponseOf(exchange);

            AssertSame(exchange.Response, Rebuilt(answer), exchange);
            if (answer is not Messages.GetLeaderResponse2)
                Assert.Equal(exchange.StatusNumber, Convert.ToInt32(answer.Descriptor.FindFieldByNumber(1).Accessor.GetValue(answer)));
        }
    }

    private static GoldenExchange[] Sent(string file)
    {
        GoldenExchange[] sent = [.. GoldenExchange.Read(file).Where(exchange => !exchange.IsUnreadable)];
        Assert.NotEmpty(sent);
        Assert.All(sent, exchange => Assert.True(GoldenMessages.Knows(exchange), $"{exchange} is of a method without messages"));
        return sent;
    }

    /// <summary>A new message with the same fields set, presence included: what a parser has kept aside is not taken along.</summary>
    private static byte[] Rebuilt(IMessage message) => Copy(message).ToByteArray();

    private static IMessage Copy(IMessage message)
    {
        IMessage copy = message.Descriptor.Parser.ParseFrom(ByteString.Empty);
        foreach (FieldDescriptor field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            object value = field.Accessor.GetValue(message);
            if (field.IsMap)
                CopyEntries((System.Collections.IDictionary)value, (System.Collections.IDictionary)field.Accessor.GetValue(copy));
            else if (field.IsRepeated)
                CopyElements((System.Collections.IList)value, (System.Collections.IList)field.Accessor.GetValue(copy));
            else if (field.Accessor.HasValue(message))
                field.Accessor.SetValue(copy, value is IMessage child ? Copy(child) : value);
        }

        return copy;
    }

    private static void CopyEntries(System.Collections.IDictionary from, System.Collections.IDictionary to)
    {
        foreach (System.Collections.DictionaryEntry entry in from)
            to.Add(entry.Key, entry.Value);
    }

    private static void CopyElements(System.Collections.IList from, System.Collections.IList to)
    {
        foreach (object? element in from)
            to.Add(element is IMessage child ? Copy(child) : element);
    }

    private static void AssertSame(byte[] recorded, byte[] ours, GoldenExchange exchange) =>
        Assert.True(recorded.AsSpan().SequenceEqual(ours), $"{exchange}: {Convert.ToHexString(recorded)} became {Convert.ToHexString(ours)}");
}
