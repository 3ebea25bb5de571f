using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Cli.Tests;

public class StandardStreamTests
{
    private const int EPIPE = 32;
    private const int EBADF = 9;

    [Fact]
    public void Write_after_another_writer_of_the_same_file_continues_where_that_stopped()
    {
        string path = Path.GetTempFileName();
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            using var first = new StandardStream(DescriptorOf(file));
            using var second = new StandardStream(DescriptorOf(file));
            first.Write("one "u8);
            second.Write("two "u8);
            first.Write("three"u8);
        }

        string content = File.ReadAllText(path);
        File.Delete(path);
        Assert.Equal("one two three", content);
    }

    [Fact]
    public void Read_until_the_writer_is_gone_gives_all_bytes_and_then_none()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new StandardStream(DescriptorOf(pipe.ClientSafePipeHandle));
        pipe.Write("abc"u8);
        pipe.Dispose();
        var buffer = new byte[10];

        Assert.Equal(3, reader.Read(buffer));
        Assert.Equal(0, reader.Read(buffer));
    }

    [Fact]
    public void Write_to_a_reader_that_went_away_is_EPIPE()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        int writer = DescriptorOf(pipe.ClientSafePipeHandle);
        pipe.Close();
        using var stream = new StandardStream(writer);

        var error = Assert.Throws<IOException>(() => stream.Write("x"u8));

        Assert.Equal(EPIPE, error.HResult);
    }

    [Fact]
    public void Write_to_a_descriptor_that_is_not_open_is_EBADF()
    {
        using var stream = new StandardStream(-1);

        Assert.Equal(EBADF, Assert.Throws<IOException>(() => stream.Write("x"u8)).HResult);
    }

    private static int DescriptorOf(System.Runtime.InteropServices.SafeHandle handle) => (int)handle.DangerousGetHandle();
}
