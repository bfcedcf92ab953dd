using System.Security.Cryptography.X509Certificates;
using Nines.Probing.Tls;
using NodaTime;

namespace Nines.Probing.Tests.Tls;

/// <summary>What a responder sends, damaged in every place, from a fixed seed: never a throw, and never believed.</summary>
public sealed class RevocationFuzzTests
{
    [Fact]
    public async Task Damaged_ocsp_answers_and_lists_are_not_known_and_never_throw()
    {
        Assert.SkipUnless(OpenSslAuthority.Available, "openssl is not installed");
        await using var authority = new OpenSslAuthority();
        authority.Issue("one");
        using var leaf = X509CertificateLoader.LoadCertificateFromFile(authority.At("one.pem"));
        using var issuer = X509CertificateLoader.LoadCertificateFromFile(authority.At("intermediate.pem"));
        var now = Look.Environment.Now();
        using var http = new HttpClient();
        var answer = await (await http.PostAsync(authority.StatusUrl("/ocsp"), new ByteArrayContent(Ocsp.Question(leaf, issuer)))).Content.ReadAsByteArrayAsync();
        var list = await http.GetByteArrayAsync(authority.StatusUrl("/list.crl"));

        Assert.IsType<Revocation.Good>(Ocsp.Judge(answer, leaf, issuer, now));
        Assert.IsType<Revocation.Good>(RevocationList.Judge(list, leaf, issuer, now));
        Assert.IsType<Revocation.Unknown>(Ocsp.Judge(answer, leaf, issuer, now + Duration.FromDays(3))); // an old answer, replayed
        Assert.IsType<Revocation.Unknown>(RevocationList.Judge(list, leaf, issuer, now + Duration.FromDays(30)));
        var random = new Random(20261121);
        for (var i = 0; i < 3_000; i++)
        {
            var (brokenAnswer, brokenList) = (Damage(answer, random), Damage(list, random));
            Assert.IsNotType<Revocation.Revoked>(Ocsp.Judge(brokenAnswer, leaf, issuer, now));
            Assert.IsNotType<Revocation.Revoked>(RevocationList.Judge(brokenList, leaf, issuer, now));
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? damaged[..random.Next(damaged.Length)] : damaged;
    }
}
