using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CurveRbd.Curve.Tests;

/// <summary>The client does what was recorded, at the time it was recorded, and is answered as was recorded.</summary>
public class GoldenClientTests
{
    // CurveBS' own client made these; the others are frames made by hand, to learn what is refused.
    private static readonly string[] s_ofCurveClient = ["ns", "io", "multi", "snap"];

    // Never asked of a client of volumes.
    private static readonly HashSet<string> s_methodsOfTools = new(StringComparer.Ordinal)
    {
        "RecoverFile", "GetFileSize", "ListClient", "CreateSnapShot", "ListSnapShot", "DeleteSnapShot", "CheckSnapShotStatus", "ProtectSnapShot",
        "UnprotectSnapShot", "Clone", "Flatten", "QueryFlattenStatus", "ReadChunkSnapshot", "DeleteChunkSnapshotOrCorrectSn", "FlattenChunk",
    };

    [Fact]
    public async Task Requests_of_the_client_are_those_of_CurveBS_own_client()
    {
        int count = 0;
        foreach (GoldenExchange exchange in s_ofCurveClient.SelectMany(GoldenExchange.Read).Where(IsOfThisClient))
        {
            RpcRequest sent = await RepeatAsync(exchange);

            IMessage expected = GoldenMessages.RequestOf(exchange);
            byte[] ours = Aligned(expected.Descriptor.Parser.ParseFrom(sent.Message.Span), expected, exchange).ToByteArray();
            Assert.True(expected.ToByteArray().AsSpan().SequenceEqual(ours), $"{exchange}: {expected} became {expected.Descriptor.Parser.ParseFrom(ours)}");
            Assert.True(sent.Attachment.Span.SequenceEqual(exchange.RequestAttachment), $"{exchange}: other data");
            count++;
        }

        Assert.Equal(300, count);
    }

    [Fact]
    public async Task Answers_to_requests_made_by_hand_are_understood()
    {
        int count = 0;
        foreach (GoldenExchange exchange in new[] { "probe", "probe2" }.SelectMany(GoldenExchange.Read).Where(IsOfThisClient))
        {
            await RepeatAsync(exchange);
            count++;
        }

        Assert.Equal(130, count);
    }

    [Fact]
    public void Files_are_understood_as_CurveBS_own_client_does()
    {
        int count = 0;
        foreach (GoldenExchange exchange in GoldenExchange.All.Where(e => e.Method == "GetFileInfo" && e.Result.StartsWith("-> 0 id=", StringComparison.Ordinal)))
        {
            CurveFile file = CurveFile.From(GetFileInfoResponse.Parser.ParseFrom(exchange.Response).FileInfo, "/smk");

            string ours = $"id={file.Id} type={(int)file.Type} len={file.Length} chunk={file.ChunkSize} seg={file.SegmentSize} block={file.BlockSize}"
                + $" seq={file.SeqNum} status={(int)file.Status} owner={file.Owner} name={file.Name} stripe={file.StripeUnit}/{file.StripeCount}"
                + $" ctime={(file.Created - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond} snaps={file.Snaps.Count} ver={file.Version}";
            Assert.Subset(exchange.Result.Split(' ').ToHashSet(), ours.Split(' ').ToHashSet());
            count++;
        }

        Assert.Equal(11, count);
    }

    /// <returns>What the client has sent.</returns>
    private static async Task<RpcRequest> RepeatAsync(GoldenExchange exchange)
    {
        await using var server = new RecordedServer(exchange);
        await using var client = new GoldenClient(server, exchange);
        StorageException? refusal = null;
        try
        {
            await client.RepeatAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
        catch (StorageException error)
        {
            refusal = error;
        }

        Assert.True(IsRefusal(exchange) == refusal is not null, $"{exchange} was {exchange.Status}: {refusal?.Message ?? "no error"}");
        return server.Sent;
    }

    /// <summary>Whether the status is an error to the caller. Chunk statuses have been compared before; not all of them are the end.</summary>
    private static bool IsRefusal(GoldenExchange exchange) => exchange.Method switch
    {
        "ReadChunk" or "WriteChunk" or "GetChunkInfo" or "GetLeader" or "RefreshSession" or "CloseFile" or "ListPoolset" => false,
        "FindFileMountPoint" or "GetOrAllocateSegment" when exchange.StatusNumber is (int)StatusCode.FileNotExists or (int)StatusCode.SegmentNotAllocated => false,
        _ => !exchange.IsAnswered || exchange.StatusNumber != 0,
    };

    private static bool IsOfThisClient(GoldenExchange exchange) =>
        !exchange.IsUnreadable && !s_methodsOfTools.Contains(exchange.Method) && GoldenMessages.RequestOf(exchange) switch
        {
            DeleteFileRequest request => !request.ForceDelete,                           // purging is for operators
            ChangeOwnerRequest request => request.RootOwner == MdsStamp.RootUser,        // nobody else may
            CreateFileRequest request => request.FileType is FileType.PageFile or FileType.Directory,
            GetOrAllocateSegmentRequest request => request.Clones.Count == 0,            // unflattened clones are not opened
            ChunkRequest request => request.Clones.Count == 0,
            _ => true,
        };

    /// <summary>Ours with what may differ taken from theirs: who we are, how a set is put, and a password that was wrong on purpose.</summary>
    private static IMessage Aligned(IMessage ours, IMessage theirs, GoldenExchange exchange)
    {
        string[] differing = ["clientVersion", "clientIP", "clientPort"];
        if (exchange.Method == "CloseFile")
            differing = [.. differing, "date"]; // it took an opening to get there
        if (exchange.Status.StartsWith("kOwnerAuthFail", StringComparison.Ordinal) && ValueOf(theirs, "owner") is MdsStamp.RootUser)
            differing = [.. differing, "signature"];
        foreach (FieldDescriptor field in differing.Select(ours.Descriptor.FindFieldByName).OfType<FieldDescriptor>())
            field.Accessor.SetValue(ours, field.Accessor.GetValue(theirs));
        if (ours is GetChunkServerListInCopySetsRequest asked && theirs is GetChunkServerListInCopySetsRequest recorded)
            Repeat(asked, recorded);
        return ours;
    }

    private static object? ValueOf(IMessage message, string name) => message.Descriptor.FindFieldByName(name)?.Accessor.GetValue(message);

    /// <summary>Theirs asks for a copyset once for each chunk that lies in it.</summary>
    private static void Repeat(GetChunkServerListInCopySetsRequest ours, GetChunkServerListInCopySetsRequest theirs)
    {
        Assert.Equal(theirs.CopysetId.Distinct(), ours.CopysetId);
        ours.CopysetId.Clear();
        ours.CopysetId.AddRange(theirs.CopysetId);
    }
}
