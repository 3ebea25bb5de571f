namespace CurveRbd.Curve.Tests;

public class MdsStampTests
{
    [Theory]
    [InlineData("123456", "/data/123", "ZKNsnF9DXRxeb0+xTgFD2zLYkQnE6Sy/g2ebqWEAdlc=")]
    [InlineData("root_password", "1700000000000000:root", "z0q4b3HvTryxDMy7VPkcDw9aU9Qpj1YwlT8fc9Ptbcw=")]
    public void Sign_known_text_gives_the_known_signature(string password, string text, string expected) =>
        Assert.Equal(expected, MdsStamp.Sign(password, text));

    [Theory]
    [InlineData("root", "secret", true)]
    [InlineData("root", "", false)]
    [InlineData("alice", "secret", false)]
    public void Create_signs_for_root_with_a_password_alone(string owner, string password, bool isSigned)
    {
        MdsStamp stamp = MdsStamp.Create(owner, password, DateTimeOffset.UnixEpoch.AddSeconds(1));

        Assert.Equal(isSigned, stamp.Signature.Length > 0);
        Assert.Equal(1_000_000UL, stamp.Date);
    }
}
