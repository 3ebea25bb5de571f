using System.Text;

namespace CurveRbd.Brpc;

/// <summary>A remote method: the full name of its service (curve.mds.CurveFSService) and its bare name (GetFileInfo).</summary>
public sealed class RpcMethod(string service, string name)
{
    public string Service { get; } = service;

    public string Name { get; } = name;

    internal byte[] ServiceUtf8 { get; } = Encoding.UTF8.GetBytes(service);

    internal byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(name);

    public override string ToString() => $"{Service}.{Name}";
}
