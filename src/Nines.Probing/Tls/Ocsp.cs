using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>The online certificate status protocol (RFC 6960): the question, and what an answer to it is worth.</summary>
internal static class Ocsp
{
    private const string Sha1 = "1.3.14.3.2.26";
    private const string BasicResponse = "1.3.6.1.5.5.7.48.1.1";
    private const string MaySign = "1.3.6.1.5.5.7.3.9";
    private static readonly Duration ClockSlack = Duration.FromMinutes(5);

    public static byte[] Question(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence()) // OCSPRequest
        using (writer.PushSequence()) // TBSRequest
        using (writer.PushSequence()) // requestList
        using (writer.PushSequence()) // Request
            WriteId(writer, certificate, issuer);
        return writer.Encode();
    }

    public static Revocation Judge(ReadOnlyMemory<byte> answer, X509Certificate2 certificate, X509Certificate2 issuer, Instant now)
    {
        try
        {
            return Read(answer, certificate, issuer, now);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return new Revocation.Unknown("what the OCSP responder answered is not OCSP");
        }
    }

    private static Revocation Read(ReadOnlyMemory<byte> answer, X509Certificate2 certificate, X509Certificate2 issuer, Instant now)
    {
        var response = new AsnReader(answer, AsnEncodingRules.DER).ReadSequence();
        var status = response.ReadEnumeratedBytes().Span[0];
        if (status != 0) return new Revocation.Unknown($"the OCSP responder does not answer (its status {status}; RFC 6960, section 4.2.1)");
        var typed = response.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        if (typed.ReadObjectIdentifier() != BasicResponse) return new Revocation.Unknown("the OCSP responder answers in a form that nobody asked for");
        var basic = new AsnReader(typed.ReadOctetString(), AsnEncodingRules.DER).ReadSequence();
        var signed = SignedBytes.Read(basic);
        if (!IsFrom(issuer, signed, basic, now)) return new Revocation.Unknown("the OCSP answer is not signed by the issuer, nor by who may for it");
        return Find(signed.Content, certificate, issuer, now);
    }

    /// <summary>The issuer itself, or a responder that the issuer has certified for it (section 4.2.2.2).</summary>
    private static bool IsFrom(X509Certificate2 issuer, SignedBytes signed, AsnReader rest, Instant now)
    {
        if (signed.IsSignedBy(issuer)) return true;
        if (!rest.HasData) return false;
        var certificates = rest.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        while (certificates.HasData)
        {
            using var responder = X509CertificateLoader.LoadCertificate(certificates.ReadEncodedValue().Span);
            var may = responder.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(use => use.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == MaySign));
            var inTime = now >= Paths.CertificateJudgement.Start(responder) && now <= Paths.CertificateJudgement.End(responder);
            if (may && inTime && SignedBytes.Read(new AsnReader(responder.RawDataMemory, AsnEncodingRules.DER).ReadSequence()).IsSignedBy(issuer) && signed.IsSignedBy(responder)) return true;
        }
        return false;
    }

    private static Revocation Find(ReadOnlyMemory<byte> content, X509Certificate2 certificate, X509Certificate2 issuer, Instant now)
    {
        var data = new AsnReader(content, AsnEncodingRules.DER).ReadSequence();
        if (data.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) data.ReadEncodedValue(); // version
        data.ReadEncodedValue(); // responderID
        data.ReadGeneralizedTime();
        var answers = data.ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        WriteId(writer, certificate, issuer);
        var wanted = writer.Encode();
        while (answers.HasData)
        {
            var one = answers.ReadSequence();
            if (!SameId(one.ReadEncodedValue(), wanted)) continue;
            var tag = one.PeekTag();
            var state = one.ReadEncodedValue();
            var from = Instant.FromDateTimeOffset(one.ReadGeneralizedTime());
            Instant? until = one.HasData && one.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))
                ? Instant.FromDateTimeOffset(one.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadGeneralizedTime()) : null;
            if (from > now + ClockSlack || until < now - ClockSlack) return new Revocation.Unknown($"the OCSP answer is not of today: it holds from {from}{(until is { } end ? $" to {end}" : "")}");
            return tag.TagValue switch
            {
                0 => new Revocation.Good(until),
                1 => new Revocation.Revoked(Instant.FromDateTimeOffset(new AsnReader(state, AsnEncodingRules.DER).ReadSequence(tag).ReadGeneralizedTime()), until),
                _ => new Revocation.Unknown("the OCSP responder does not know this certificate"),
            };
        }
        return new Revocation.Unknown("the OCSP responder answered about other certificates");
    }

    // Responders write the algorithm's empty parameters or leave them out; the hashes and the number are what counts.
    private static bool SameId(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other)
    {
        var (a, b) = (Parts(one), Parts(other));
        return a.Algorithm == b.Algorithm && a.Name.AsSpan().SequenceEqual(b.Name) && a.Key.AsSpan().SequenceEqual(b.Key) && a.Serial == b.Serial;

        static (string Algorithm, byte[] Name, byte[] Key, BigInteger Serial) Parts(ReadOnlyMemory<byte> id)
        {
            var reader = new AsnReader(id, AsnEncodingRules.DER).ReadSequence();
            return (reader.ReadSequence().ReadObjectIdentifier(), reader.ReadOctetString(), reader.ReadOctetString(), reader.ReadInteger());
        }
    }

    private static void WriteId(AsnWriter writer, X509Certificate2 certificate, X509Certificate2 issuer)
    {
        using var id = writer.PushSequence();
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Sha1);
            writer.WriteNull();
        }
        // SHA-1 only finds the issuer here; all responders know it, and nothing is signed with it.
        writer.WriteOctetString(SHA1.HashData(certificate.IssuerName.RawData));
        writer.WriteOctetString(SHA1.HashData(issuer.GetPublicKey()));
        writer.WriteInteger(certificate.SerialNumberBytes.Span);
    }
}
