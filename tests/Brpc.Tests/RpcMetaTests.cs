using CsCheck;

namespace CurveRbd.Brpc.Tests;

public class RpcMetaTests
{
    [Fact]
    public void Write_what_Read_understood_of_a_recorded_frame_gives_its_bytes()
    {
        Assert.True(GoldenFrames.All.Count > 500, "the recordings are missing");

        foreach (byte[] frame in GoldenFrames.All)
            Assert.Equal(Convert.ToHexString(HeadOf(frame)), Convert.ToHexString(EncodedAnew(frame)));
    }

    [Fact]
    public void Read_damaged_recorded_metas_never_fails_but_with_ProtocolException()
    {
        Gen<(int, int, byte)> damage = Gen.Select(Gen.Int[0, GoldenFrames.All.Count - 1], Gen.Int[0, 200], Gen.Byte);

        damage.Sample((frame, at, value) =>
        {
            byte[] meta = HeadOf(GoldenFrames.All[frame])[FrameHeader.Size..];
            meta[at % meta.Length] = value;
            ReadOrRefuse(meta);
            ReadOrRefuse(meta.AsSpan(0, at % meta.Length));
        });
    }

    [Fact]
    public void Read_random_bytes_never_fails_but_with_ProtocolException() =>
        Gen.Byte.Array[0, 80].Sample(bytes => ReadOrRefuse(bytes), iter: 20_000);

    [Fact]
    public void Read_of_Write_gives_the_same_meta()
    {
        var gen = Gen.Select(Gen.Byte.Array[1, 40], Gen.Byte.Array[1, 40], Gen.Long, Gen.Long, Gen.Int);

        gen.Sample((service, method, log, id, attachment) =>
        {
            var meta = new RpcMeta
            {
                ServiceName = service, MethodName = method, LogId = log, CorrelationId = id, AttachmentSize = attachment,
            };
            var bytes = new byte[meta.SizeMax];
            RpcMeta read = RpcMeta.Read(bytes.AsSpan(0, meta.Write(bytes)));

            Assert.True(read.ServiceName.SequenceEqual(service) && read.MethodName.SequenceEqual(method));
            Assert.Equal((log, id, attachment), (read.LogId, read.CorrelationId, read.AttachmentSize));
        });
    }

    [Theory]
    [InlineData("")]                 // neither request nor response
    [InlineData("0a0012020800")]     // both, and the request without names
    [InlineData("0a050a01731200")]   // an empty method name
    [InlineData("12ff01")]           // a length beyond the end
    [InlineData("1202080020")]       // ends inside a number
    [InlineData("120208002080808080808080808080")] // a number of 11 bytes
    [InlineData("1202080023")]       // wire type 3
    [InlineData("0801")]             // the request part as a number
    public void Read_malformed_meta_throws_ProtocolException(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);

        Assert.Throws<ProtocolException>(() => { RpcMeta.Read(bytes); });
    }

    private static void ReadOrRefuse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RpcMeta.Read(bytes);
        }
        catch (ProtocolException)
        {
            // Refused: fine. Anything else fails the test.
        }
    }

    private static byte[] HeadOf(byte[] frame)
    {
        Assert.True(FrameHeader.TryRead(frame, out FrameHeader header));
        return frame[..(FrameHeader.Size + header.MetaSize)];
    }

    private static byte[] EncodedAnew(byte[] frame)
    {
        FrameHeader.TryRead(frame, out FrameHeader header);
        RpcMeta meta = RpcMeta.Read(frame.AsSpan(FrameHeader.Size, header.MetaSize));

        var bytes = new byte[FrameHeader.Size + meta.SizeMax];
        int size = meta.Write(bytes.AsSpan(FrameHeader.Size));
        new FrameHeader(size + header.BodySize - header.MetaSize, size).Write(bytes);
        return bytes[..(FrameHeader.Size + size)];
    }
}
