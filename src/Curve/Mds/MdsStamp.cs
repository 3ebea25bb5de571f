using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CurveRbd.Curve;

/// <summary>Who asks and when: the three fields that every request about files carries. Made anew for each try, for the date counts.</summary>
/// <param name="Owner">Not empty.</param>
/// <param name="Date">Microseconds since the Unix epoch. The MDS refuses what is 15 s or more off its own clock.</param>
/// <param name="Signature">Only root's is checked; empty otherwise.</param>
internal readonly record struct MdsStamp(string Owner, ulong Date, string Signature)
{
    public const string RootUser = "root";

    public static MdsStamp Create(string owner, string rootPassword, DateTimeOffset now)
    {
        ulong date = (ulong)((now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        bool isSigned = string.Equals(owner, RootUser, StringComparison.Ordinal) && rootPassword.Length > 0;
        return new MdsStamp(owner, date, isSigned ? Sign(rootPassword, string.Create(CultureInfo.InvariantCulture, $"{date}:{owner}")) : "");
    }

    /// <summary>Base64 of HMAC-SHA256.</summary>
    public static string Sign(string password, string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(text)));
}
