using System.Collections.Immutable;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>A pool as it was when it was read.</summary>
/// <param name="Id">Above 0, never reused.</param>
/// <param name="Directory">Where its volumes lie in the volume store; the name's encoding unless the pool was renamed.</param>
public sealed record Pool(long Id, ByteName Name, string Directory, DateTimeOffset Created)
{
    private static readonly ImmutableSortedDictionary<string, string> s_noValues =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>In bytes; 0 = no limit.</summary>
    public ulong QuotaMaxBytes { get; init; }

    /// <summary>0 = no limit.</summary>
    public ulong QuotaMaxObjects { get; init; }

    /// <summary>Applications ("rbd") with their keys and values.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> Applications { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, string>>(StringComparer.Ordinal);

    /// <summary>Settings of Ceph's pools that are kept because somebody set them ("pg_num").</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = s_noValues;

    /// <summary>The pool with an application enabled (rados_application_enable). Enabling it again changes nothing.</summary>
    /// <param name="force">Allows it a second application.</param>
    /// <exception cref="StorageException">EPERM: it has another one.</exception>
    public Pool WithApplication(string application, bool force)
    {
        if (Applications.ContainsKey(application))
            return this;
        if (!Applications.IsEmpty && !force)
        {
            throw new StorageException(
                Errno.EPERM,
                $"Are you SURE? Pool '{Name}' already has an enabled application; pass --yes-i-really-mean-it to proceed anyway");
        }

        return this with { Applications = Applications.Add(application, s_noValues) };
    }
}
