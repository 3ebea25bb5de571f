using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.TestCluster;
using Google.Protobuf;

namespace CurveRbd.Curve.Tests;

/// <summary>The test cluster against what a real CurveBS of release 1.5 was recorded to say.</summary>
public class GoldenClusterTests
{
    [Fact]
    public async Task Test_cluster_answers_the_recorded_requests_about_files_with_the_recorded_status()
    {
        await using Cluster cluster = Cluster.Start(new ClusterOptions { Release = Release.LocalSnapshots });
        await using var channel = new RpcChannel(RpcEndpoint.Parse(cluster.MdsAddresses[0]), RpcChannelOptions.Default, TimeProvider.System);

        foreach (GoldenExchange exchange in GoldenExchange.Read("ns"))
        {
            int status = await ReplayAsync(channel, exchange);
            Assert.True(exchange.StatusNumber == status, $"{exchange} was {exchange.Status} and is {status}");
        }
    }

    private static async Task<int> ReplayAsync(RpcChannel channel, GoldenExchange exchange)
    {
        IMessage request = GoldenMessages.RequestOf(exchange);
        if (request.Descriptor.FindFieldByName("date") is not null)
            StampAnew(request, exchange);
        using RpcCall call = RpcChannel.Rent(new RpcMethod(exchange.Service, exchange.Method), TimeSpan.FromSeconds(5));
        StrictProto.WriteRequest(call, request);
        await channel.CallAsync(call);

        IMessage answer = GoldenMessages.ResponseOf(exchange with { Response = call.Reply.ToArray() });
        return Convert.ToInt32(answer.Descriptor.FindFieldByNumber(1).Accessor.GetValue(answer));
    }

    /// <summary>The recording's dates are long past; a signature is made anew, unless it was wrong on purpose.</summary>
    private static void StampAnew(IMessage request, GoldenExchange exchange)
    {
        bool isWrong = exchange.Step.Contains("wrong password", StringComparison.Ordinal)
            || (exchange.StatusNumber == (int)StatusCode.OwnerAuthFail && OwnerOf(request) == MdsStamp.RootUser);
        MdsStamp stamp = MdsStamp.Create(OwnerOf(request), isWrong ? "wrong" : "root_password", DateTimeOffset.UtcNow);
        request.Descriptor.FindFieldByName("date").Accessor.SetValue(request, stamp.Date);
        request.Descriptor.FindFieldByName("signature").Accessor.SetValue(request, stamp.Signature);
    }

    private static string OwnerOf(IMessage request) =>
        (string)(request.Descriptor.FindFieldByName("owner") ?? request.Descriptor.FindFieldByName("rootOwner")).Accessor.GetValue(request);
}
