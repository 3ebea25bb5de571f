using System.Security.Cryptography.X509Certificates;

namespace CurveRbd.Etcd;

/// <summary>Which etcd, and how to be let in.</summary>
public sealed record EtcdOptions
{
    /// <summary>The members, each http://host:port or https://host:port.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>What every key starts with, so that others can use the same etcd.</summary>
    public string Prefix { get; init; } = "/curverbd/";

    /// <summary>Empty = etcd asks for no user.</summary>
    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>Shown to a server that asks for one.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Who may sign the servers' certificates; empty = whom the host trusts.</summary>
    public X509Certificate2Collection TrustedRoots { get; init; } = [];

    /// <summary>How long one operation may take, all members tried.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the session of an operation outlives its process, and after how long without a sign of life a client counts as
    /// silent. Whole seconds, at least 2.
    /// </summary>
    public TimeSpan SessionTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client's session lasts while etcd is away, and outlives its process. Whole seconds, at least 2.</summary>
    public TimeSpan ClientSessionTime { get; init; } = TimeSpan.FromSeconds(90);
}
