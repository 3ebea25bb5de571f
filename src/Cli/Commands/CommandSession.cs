using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>One run of a command: its arguments, its terminal, and the cluster, connected when it is first asked for.</summary>
internal sealed class CommandSession(CommandEnvironment environment, CephConf conf, ParsedArguments arguments) : IAsyncDisposable
{
    private Cluster? _cluster;

    public ParsedArguments Arguments { get; } = arguments;

    public Terminal Terminal { get; } = environment.Terminal;

    public CephConf Conf { get; } = conf;

    /// <summary>Cancelled when the user asks the command to stop.</summary>
    public CancellationToken Interrupted { get; } = environment.Interrupted;

    /// <summary>Requests in flight for bulk work (<c>rbd_concurrent_management_ops</c>).</summary>
    public int Parallelism => (int)Math.Clamp(Conf.GetUInt("rbd_concurrent_management_ops"), 1, 128);

    public ProgressLine StartProgress(string label) => new(Terminal, label, Arguments.Has(ProgressOptions.NoProgress));

    /// <exception cref="CommandException">It can't be reached, or refuses us.</exception>
    public async Task<Cluster> ConnectAsync()
    {
        if (_cluster is not null)
            return _cluster;

        _cluster = new Cluster(Conf, environment.Stores);
        try
        {
            await _cluster.ConnectAsync(Interrupted).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            throw new CommandException(e.Errno, "couldn't connect to the cluster!", e);
        }

        return _cluster;
    }

    /// <summary>The path with the default pool if it names none.</summary>
    public ImagePath Complete(ImagePath path) => path.Pool.Length > 0 ? path : path with { Pool = NativeText.FromName(Conf.Get("rbd_default_pool")) };

    /// <summary>Opens the path's pool, set to its namespace.</summary>
    /// <exception cref="CommandException">ENOENT: no such pool or namespace.</exception>
    public async Task<IoContext> OpenPoolAsync(ImagePath path)
    {
        Cluster cluster = await ConnectAsync().ConfigureAwait(false);
        IoContext io = await OpenPoolAsync(cluster, path).ConfigureAwait(false);
        if (path.Namespace.Length == 0)
            return io;

        ByteName name = NativeText.ToName(path.Namespace);
        if (!await RbdNamespaces.ExistsAsync(io, name, Interrupted).ConfigureAwait(false))
            throw new CommandException(Errno.ENOENT, $"namespace '{path.Namespace}' does not exist.");
        io.Namespace = name;
        return io;
    }

    /// <exception cref="CommandException">ENOENT: no such pool, namespace, image or snapshot.</exception>
    public async Task<Image> OpenImageAsync(ImagePath path, bool readOnly)
    {
        IoContext io = await OpenPoolAsync(path).ConfigureAwait(false);
        return await OpenImageAsync(io, path, readOnly).ConfigureAwait(false);
    }

    /// <inheritdoc cref="OpenImageAsync(ImagePath, bool)"/>
    public Task<Image> OpenImageAsync(IoContext io, ImagePath path, bool readOnly) => OpenAtAsync(
        path,
        snapshot => Image.OpenAsync(io, NativeText.ToName(path.Image), snapshot, readOnly, Interrupted),
        $"error opening image {path.Image}");

    /// <inheritdoc cref="OpenImageAsync(ImagePath, bool)"/>
    public async Task<Image> OpenImageByIdAsync(ImagePath path, string id, bool readOnly)
    {
        IoContext io = await OpenPoolAsync(path).ConfigureAwait(false);
        return await OpenAtAsync(
            path,
            snapshot => Image.OpenByIdAsync(io, id, snapshot, readOnly, Interrupted),
            $"error opening image with id {id}").ConfigureAwait(false);
    }

    /// <summary>Opens an image, uses it and closes it.</summary>
    /// <inheritdoc cref="OpenImageAsync(ImagePath, bool)"/>
    public async Task UseImageAsync(ImagePath path, bool readOnly, Func<Image, Task> use)
    {
        Image image = await OpenImageAsync(path, readOnly).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await use(image).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<IoContext> OpenPoolAsync(Cluster cluster, ImagePath path)
    {
        string pool = Complete(path).Pool;
        try
        {
            return await cluster.OpenIoContextAsync(NativeText.ToName(pool), Interrupted).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT && path.Pool.Length == 0)
        {
            string hint = "Ensure that the default pool has been created or specify an alternate pool name.";
            throw new CommandException(Errno.ENOENT, $"error opening default pool '{pool}'\n{hint}", e);
        }
        catch (StorageException e)
        {
            throw new CommandException($"error opening pool '{pool}'", e);
        }
    }

    private static async Task<Image> OpenAtAsync(ImagePath path, Func<ByteName?, Task<Image>> open, string failure)
    {
        if (path.Snapshot.Length == 0)
            return await open(null).FailingAs(failure).ConfigureAwait(false);
        try
        {
            return await open(NativeText.ToName(path.Snapshot)).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            // Which of the two is missing decides what to say.
            Image image = await open(null).FailingAs(failure).ConfigureAwait(false);
            await image.CloseAsync().ConfigureAwait(false);
            throw new CommandException("error setting snapshot context", e);
        }
    }
}
