using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The formats of files that an import reads.</summary>
internal static class ImportFormats
{
    /// <summary>What a file holds, and those of its snapshots: the oldest first, the image last.</summary>
    /// <exception cref="StorageException">ENOENT, EACCES: the file. EINVAL, ENOSYS: what is in it, or in the spec.</exception>
    public static IReadOnlyList<ImportedState> List(SourceSpec spec) => spec.Type switch
    {
        "raw" => ListRaw(spec),
        "qcow" => ListQcow(spec),
        _ => throw Unknown(spec),
    };

    /// <summary>The volume that one state is.</summary>
    /// <param name="limits">Of the store beside whose volumes it is used.</param>
    public static IVolume Open(SourceSpec spec, VolumePath path, VolumeLimits limits)
    {
        SourceFile file = SourceFile.Open(spec.GetFilePath());
        try
        {
            return spec.Type switch
            {
                "raw" => new ImportedVolume(path, limits, file.Length, new RawContent(file)),
                "qcow" => OpenQcow(QcowFile.Read(file), spec, path, limits),
                _ => throw Unknown(spec),
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static List<ImportedState> ListRaw(SourceSpec spec)
    {
        List<ImportedState> states = [.. spec.Snapshots.Select(snapshot => State((ByteName)snapshot.GetText("name"), snapshot))];
        states.Add(State(null, spec));
        return states;

        static ImportedState State(ByteName? name, SourceSpec state)
        {
            if (!string.Equals(state.Type, "raw", StringComparison.Ordinal))
                throw new StorageException(Errno.EINVAL, $"a snapshot of a raw source is of type {state.Type}, and should be raw too");
            using SourceFile file = SourceFile.Open(state.GetFilePath());
            return new ImportedState(name, null, file.Length, state.Only(null));
        }
    }

    private static List<ImportedState> ListQcow(SourceSpec spec)
    {
        using SourceFile file = SourceFile.Open(spec.GetFilePath());
        QcowFile qcow = QcowFile.Read(file);
        List<ImportedState> states =
        [
            .. qcow.Snapshots.Select(snapshot => new ImportedState(
                (ByteName)snapshot.Name, snapshot.Created, snapshot.Size, spec.Only(snapshot.Id))),
        ];
        states.Add(new ImportedState(null, null, qcow.Head.Size, spec.Only(null)));
        return states;
    }

    private static ImportedVolume OpenQcow(QcowFile qcow, SourceSpec spec, VolumePath path, VolumeLimits limits)
    {
        QcowSnapshot state = spec.Snapshot is { } id
            ? qcow.Snapshots.FirstOrDefault(snapshot => string.Equals(snapshot.Id, id, StringComparison.Ordinal))
                ?? throw new StorageException(Errno.EIO, $"{spec.GetFilePath()} has lost its snapshot {id} since the import was prepared")
            : qcow.Head;
        return new ImportedVolume(path, limits, state.Size, new QcowContent(qcow, state));
    }

    private static StorageException Unknown(SourceSpec spec) => new(
        Errno.ENOSYS, $"sources of type {spec.Type} can't be imported; native, raw and qcow can");
}
