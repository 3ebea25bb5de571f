using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.Curve.Tests;

public class StrictProtoTests
{
    [Theory]
    [InlineData("")]       // an empty answer, which C# alone reads as kOK
    [InlineData("08e707")] // status 999
    [InlineData("0a00")]   // the status with another wire type
    [InlineData("08")]     // cut
    public void Read_answer_without_a_known_status_throws_ERESPONSE(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);

        RpcException error = Assert.Throws<RpcException>(
            () => StrictProto.Read(bytes, GetFileInfoResponse.Parser, MdsMethods.GetFileInfo));

        Assert.Equal(RpcErrorCode.ERESPONSE, error.Code);
    }

    [Fact]
    public void Read_unknown_value_of_an_optional_enum_counts_as_absent()
    {
        byte[] bytes = [0x08, 0x00, 0x12, 0x02, 0x20, 0x63]; // kOK, fileInfo { fileType: 99 }

        GetFileInfoResponse reply = StrictProto.Read(bytes, GetFileInfoResponse.Parser, MdsMethods.GetFileInfo);

        Assert.False(reply.FileInfo.HasFileType);
    }

    [Fact]
    public void WriteRequest_without_a_required_field_throws()
    {
        using RpcCall call = RpcChannel.Rent(MdsMethods.GetFileInfo, TimeSpan.FromSeconds(1));

        Assert.Throws<ArgumentException>(() => StrictProto.WriteRequest(call, new GetFileInfoRequest { FileName = "/v" }));
    }
}
