using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CurveRbd.Etcd.Tests;

/// <summary>An authority of the test's own, a server's certificate and a client's, as PEM files.</summary>
internal sealed class TestCertificates
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddHours(-1);
    private static readonly DateTimeOffset s_until = DateTimeOffset.UtcNow.AddHours(1);

    private readonly string _directory;

    public TestCertificates(string directory)
    {
        _directory = directory;
        using ECDsa key = ECDsa.Create();
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(s_from, s_until);
        File.WriteAllText(Authority, authority.ExportCertificatePem());
        Issue(authority, "server");
        Issue(authority, "client");
    }

    public string Authority => Path.Combine(_directory, "ca.pem");

    public string CertificateOf(string name) => Path.Combine(_directory, $"{name}.pem");

    public string KeyOf(string name) => Path.Combine(_directory, $"{name}.key");

    private void Issue(X509Certificate2 authority, string name)
    {
        using ECDsa key = ECDsa.Create();
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using X509Certificate2 certificate = request.Create(authority, s_from, s_until, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CertificateOf(name), certificate.ExportCertificatePem());
        File.WriteAllText(KeyOf(name), key.ExportECPrivateKeyPem());
    }
}
