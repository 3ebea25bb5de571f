using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Local;

/// <summary>A path and the system calls on it. Whatever makes or removes a name is durable on return.</summary>
internal readonly struct FilePath(string text)
{
    private const int PermissionBits = 0x1FF; // 0777
    private const int SetGroupBit = 0x400; // 02000: new files belong to the directory's group
    private const int FileBits = 0x1B6; // 0666

    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text + '\0');

    public string Text { get; } = text;

    private ref byte First => ref MemoryMarshal.GetArrayDataReference(_bytes);

    public FilePath Of(string name) => new($"{Text}/{name}");

    public override string ToString() => Text;

    public SafeFileHandle Open(bool readOnly)
    {
        int file = Libc.Open(ref First, (readOnly ? Libc.ReadOnly : Libc.ReadWrite) | Libc.CloseOnExec, 0);
        return new SafeFileHandle(FileFailure.Check(file, "open", Text), ownsHandle: true);
    }

    /// <summary>Makes a file that has the permissions of its directory: who may use the directory may use the file, whatever the umask.</summary>
    /// <exception cref="StorageException">EEXIST.</exception>
    public SafeFileHandle Create(FilePath directory)
    {
        int mode = directory.Stat().Mode & FileBits;
        int file = Libc.Open(ref First, Libc.ReadWrite | Libc.Create | Libc.Exclusive | Libc.CloseOnExec, mode);
        var handle = new SafeFileHandle(FileFailure.Check(file, "create", Text), ownsHandle: true);

        // Best effort: a file that its maker alone can use is still a file.
        _ = Libc.ChangeMode(file, mode);
        return handle;
    }

    /// <param name="parent">Gives the permissions; null: those of the umask.</param>
    /// <exception cref="StorageException">EEXIST.</exception>
    public void MakeDirectory(FilePath? parent)
    {
        int mode = parent?.Stat().Mode & (PermissionBits | SetGroupBit) ?? PermissionBits;
        FileFailure.Check(Libc.MakeDirectory(ref First, mode), "create the directory", Text);
        if (parent is null)
            return;
        _ = Libc.ChangeMode(ref First, mode);
        parent.Value.SyncNames();
    }

    public void RemoveDirectory(FilePath parent)
    {
        FileFailure.Check(Libc.RemoveDirectory(ref First), "remove the directory", Text);
        parent.SyncNames();
    }

    public void Remove(FilePath directory)
    {
        FileFailure.Check(Libc.Unlink(ref First), "remove", Text);
        directory.SyncNames();
    }

    /// <exception cref="StorageException">EEXIST: the new name is taken.</exception>
    public void Rename(FilePath target, FilePath directory)
    {
        if (Libc.Rename(Libc.CurrentDirectory, ref First, Libc.CurrentDirectory, ref target.First, Libc.NoReplace) < 0)
            RenameByLink(target);
        directory.SyncNames();
    }

    public FileStatus Stat() => TryStat(out FileStatus status) ? status : throw FileFailure.Of((int)Errno.ENOENT, "find", Text);

    /// <returns>false when there is nothing of that name.</returns>
    public bool TryStat(out FileStatus status)
    {
        status = default;
        if (Libc.Stat(Libc.CurrentDirectory, ref First, 0, Libc.BasicStats | Libc.BirthTime, ref status) == 0)
            return true;
        int errno = FileFailure.LastErrno;
        return errno is (int)Errno.ENOENT or (int)Errno.ENOTDIR ? false : throw FileFailure.Of(errno, "look at", Text);
    }

    /// <returns>Whether this process may write it. Not when the file system is read-only, even for root.</returns>
    public bool IsWritable() => Libc.Access(ref First, Libc.MayWrite) == 0;

    public FileSystemStatus StatFileSystem()
    {
        FileSystemStatus status = default;
        FileFailure.Check(Libc.StatFileSystem(ref First, ref status), "ask for the space of", Text);
        return status;
    }

    /// <summary>Names of what lies in the directory, in no order.</summary>
    [SuppressMessage("Design", "MA0045", Justification = "no asynchronous listing exists")]
    public IReadOnlyList<string> List()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Text).Select(Path.GetFileName).OfType<string>()];
        }
        catch (DirectoryNotFoundException)
        {
            throw FileFailure.Of((int)Errno.ENOENT, "list", Text);
        }
        catch (UnauthorizedAccessException)
        {
            throw FileFailure.Of((int)Errno.EACCES, "list", Text);
        }
        catch (IOException error)
        {
            throw new StorageException(Errno.EIO, $"can't list {Text}: {error.Message}", error);
        }
    }

    /// <summary>Gives a new file its size, durably.</summary>
    public void SetFirstSize(SafeFileHandle handle, ulong size)
    {
        int file = (int)handle.DangerousGetHandle();
        FileFailure.Check(Libc.Truncate(file, (long)size), $"set the size ({size} bytes) of", Text);
        FileFailure.Check(Libc.Sync(file), "make durable", Text);
    }

    /// <summary>Makes names in this directory durable.</summary>
    public void SyncNames()
    {
        using SafeFileHandle directory = Open(readOnly: true);
        FileFailure.Check(Libc.Sync((int)directory.DangerousGetHandle()), "make names durable in", Text);
    }

    // For file systems that don't know RENAME_NOREPLACE. A crash in between leaves both names on one file.
    private void RenameByLink(FilePath target)
    {
        int errno = FileFailure.LastErrno;
        if (errno is not ((int)Errno.EINVAL or (int)Errno.ENOSYS))
            throw FileFailure.Of(errno, $"rename to {target}", Text);
        FileFailure.Check(Libc.Link(ref First, ref target.First), $"rename to {target}", Text);
        FileFailure.Check(Libc.Unlink(ref First), "remove", Text);
    }
}
