using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using CurveRbd.Tests;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>Damaged messages: refused with the exceptions that callers expect, or read as something whole.</summary>
public class FuzzTests
{
    private static readonly RpcMethod s_method = new("curve.mds.CurveFSService", "Method");

    private static readonly GoldenExchange[] s_exchanges = [.. new[] { "ns", "io", "multi", "snap" }.SelectMany(GoldenExchange.Read).Where(exchange => exchange.Response.Length > 0)];

    [Fact]
    public Task Read_damaged_replies_are_refused_or_whole() => Fuzz.RunAsync(rounds: 4000, random =>
    {
        GoldenExchange exchange = s_exchanges[random.Next(s_exchanges.Length)];
        byte[] damaged = Fuzz.Damage(random, exchange.Response);

        // Whatever it was an answer to: a peer may send anything.
        ReadOrRefuse(damaged, GetFileInfoResponse.Parser, reply => { _ = reply.FileInfo is { } info ? CurveFile.From(info, "/pool/vm-1") : null; });
        ReadOrRefuse(damaged, OpenFileResponse.Parser, reply => Assert.True(reply.HasStatusCode));
        ReadOrRefuse(damaged, ReFreshSessionResponse.Parser, reply => Assert.True(reply.HasSessionID));
        ReadOrRefuse(damaged, GetOrAllocateSegmentResponse.Parser, reply => Assert.True(reply.HasStatusCode));
        ReadOrRefuse(damaged, GetChunkServerListInCopySetsResponse.Parser, reply => Assert.All(reply.CsInfo, info => Assert.True(info.HasCopysetId)));
        ReadOrRefuse(damaged, ListDirResponse.Parser, reply => Assert.True(Enum.IsDefined(reply.StatusCode)));
        ReadOrRefuse(damaged, ChunkResponse.Parser, reply => Assert.True(Enum.IsDefined(reply.Status)));
        ReadOrRefuse(damaged, GetLeaderResponse2.Parser, reply => Assert.NotNull(reply.Leader));
        ReadOrRefuse(damaged, Messages.Nebd.OpenFileResponse.Parser, reply => Assert.True(Enum.IsDefined(reply.RetCode)));
        return Task.CompletedTask;
    });

    [Fact]
    public Task Read_damaged_settings_of_a_cluster_are_refused_or_whole() => Fuzz.RunAsync(rounds: 2000, random =>
    {
        byte[] text = Fuzz.Damage(random, "10.0.0.1:6666,10.0.0.2:6666\ndirect\nnebd:/data/nebd/nebd.sock\nroot\n1.5"u8.ToArray());
        string[] values = System.Text.Encoding.Latin1.GetString(text).Split('\n');
        string[] keys = ["curve_mds", "curve_io", "curve_root_user", "rados_osd_op_timeout"];
        try
        {
            CurveOptions options = CurveSettings.Read(keys.ToDictionary(key => key, _ => values[random.Next(values.Length)]), "alice");
            Assert.NotEmpty(options.MdsAddresses);
            Assert.True(options.OperationTimeout >= TimeSpan.Zero);
        }
        catch (StorageException refusal)
        {
            Assert.True(refusal.Errno is Errno.EINVAL or Errno.EOPNOTSUPP);
        }

        return Task.CompletedTask;
    });

    private static void ReadOrRefuse<T>(byte[] bytes, MessageParser<T> parser, Action<T> look)
        where T : IMessage<T>
    {
        try
        {
            look(StrictProto.Read(bytes, parser, s_method));
        }
        catch (Exception refusal) when (refusal is RpcException or StorageException)
        {
            // What was expected.
        }
    }
}
