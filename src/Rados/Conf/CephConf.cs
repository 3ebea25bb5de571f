using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// One rados_t's configuration: options of Ceph and of this product, from files, the environment, arguments and conf_set. Values
/// are bytes. Safe to use from several threads.
/// </summary>
public sealed class CephConf(string clusterName, EntityName name)
{
    public string ClusterName { get; } = clusterName;

    public EntityName Name { get; } = name;

    /// <exception cref="StorageException">ENOENT: no such option. EINVAL: not a value of it. EPERM: fixed once connected.</exception>
    public void Set(string option, ByteName value) => throw NotYet(option);

    /// <summary>The value in its canonical form ("true", "33554432"), with $cluster and the like expanded.</summary>
    /// <exception cref="StorageException">ENOENT: no such option.</exception>
    public ByteName Get(string option) => throw NotYet(option);

    /// <summary><see cref="Get"/> as text, its bytes read as UTF-8.</summary>
    public string GetText(string option) => Get(option).ToString();

    public bool GetBool(string option) => throw NotYet(option);

    public long GetInt(string option) => throw NotYet(option);

    public ulong GetUInt(string option) => throw NotYet(option);

    public double GetDouble(string option) => throw NotYet(option);

    /// <returns>null when the option, a number of seconds, is 0: no limit.</returns>
    public TimeSpan? GetTimeout(string option) => throw NotYet(option);

    public bool Exists(string option) => throw NotYet(option);

    /// <exception cref="StorageException">EINVAL: <paramref name="value"/> is not a value of the option. ENOENT: no such option.</exception>
    public static void Validate(string option, ByteName value) => throw new StorageException(Errno.EOPNOTSUPP, $"{option}={value}");

    /// <param name="path">null: the search path of Ceph. "": nothing is read.</param>
    /// <exception cref="StorageException">ENOENT: no file. EINVAL: not a configuration file. ENOSYS: connected already.</exception>
    public void ReadFile(string? path) => throw NotYet(path);

    /// <param name="variable">null: CEPH_ARGS.</param>
    public void ParseEnvironment(string? variable) => throw NotYet(variable);

    /// <returns>The arguments that are no options.</returns>
    /// <exception cref="StorageException">EINVAL: a value that its option can't have.</exception>
    public IReadOnlyList<string> ParseArguments(IReadOnlyList<string> arguments) => throw NotYet(arguments);

    /// <returns>The places of the arguments that are no options, ascending.</returns>
    public IReadOnlyList<int> ConsumeArguments(IReadOnlyList<ByteName> arguments) => throw NotYet(arguments);

    private StorageException NotYet(object? what) => new(Errno.EOPNOTSUPP, $"{what} cannot be configured for {Name}");
}
