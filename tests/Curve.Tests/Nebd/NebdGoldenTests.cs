using CurveRbd.Brpc;
using CurveRbd.Curve.Messages.Nebd;
using CurveRbd.TestCluster;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>Client and test server against what a real nebd-server was recorded to say.</summary>
public class NebdGoldenTests
{
    private const string Service = "nebd.client.NebdFileService";

    // The recording's volume was the third file that its server opened.
    private const int RecordedFd = 3;

    [Theory]
    [InlineData("Read", false)]
    [InlineData("Write", true)]
    public void Requests_are_those_of_libnebd(string method, bool isWrite)
    {
        GoldenExchange recorded = GoldenExchange.Read("nebd").Single(exchange => exchange.Method == method);
        NebdExchange ours = NebdExchange.Rent(null!, VolumeTransfer.Begin(), 64 * 1024, new byte[4096], isWrite, start: 0);
        using RpcCall call = RpcChannel.Rent(ours.Method, TimeSpan.FromSeconds(1));

        ours.Write(call, new NebdHandle(RecordedFd, 1, ""));

        Assert.Equal($"{Service}.{method}", call.Method.ToString());
        Assert.Equal(Convert.ToHexString(recorded.Request), Convert.ToHexString(call.Message.Span));
        Assert.Equal(isWrite ? 4096 : 0, call.AttachmentSize);
    }

    [Fact]
    public async Task Test_server_answers_the_recorded_requests_as_recorded()
    {
        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { Release = Release.LocalSnapshots });
        await using var channel = new RpcChannel(RpcEndpoint.Parse(fixture.Cluster.Nebd.Socket), RpcChannelOptions.Default, TimeProvider.System);
        for (int i = 1; i <= RecordedFd; i++)
        {
            await fixture.Store.CreateAsync(Fixture.Volume with { Name = $"v{i}" }, 10 * Fixture.GiB, Fixture.Token);
            var open = new OpenFileRequest { FileName = $"cbd:pool1//pool/v{i}_alice_", Flags = new ProtoOpenFlags { Exclusive = true } };
            await CallAsync(channel, "OpenFile", open.ToByteArray(), []);
        }

        foreach (GoldenExchange exchange in GoldenExchange.Read("nebd"))
        {
            byte[] answer = await CallAsync(channel, exchange.Method, exchange.Request, exchange.Method == "Write" ? new byte[4096] : []);
            Assert.True(AreAlike(exchange.Response, answer, exchange.Method), $"{exchange} was answered {Convert.ToHexString(answer)}");
        }
    }

    /// <summary>Byte for byte, but for the two numbers of GetInfo that are uninitialised memory.</summary>
    private static bool AreAlike(byte[] recorded, byte[] answer, string method)
    {
        if (method != "GetInfo")
            return recorded.AsSpan().SequenceEqual(answer);
        GetInfoResponse expected = GetInfoResponse.Parser.ParseFrom(recorded);
        GetInfoResponse found = GetInfoResponse.Parser.ParseFrom(answer);
        (found.Info.ObjSize, found.Info.ObjNums) = (expected.Info.ObjSize, expected.Info.ObjNums);
        return expected.Equals(found);
    }

    private static async Task<byte[]> CallAsync(RpcChannel channel, string method, byte[] message, byte[] attachment)
    {
        using RpcCall call = RpcChannel.Rent(new RpcMethod(Service, method), TimeSpan.FromSeconds(5));
        message.CopyTo(call.WriteMessage(message.Length));
        if (attachment.Length > 0)
            call.Attach(attachment);
        call.Lend(new byte[4096]);
        await channel.CallAsync(call);
        return call.Reply.ToArray();
    }
}
