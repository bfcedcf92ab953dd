using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>A certificate revocation list (RFC 5280, section 5).</summary>
internal static class RevocationList
{
    private static readonly Duration ClockSlack = Duration.FromMinutes(5);

    public static Revocation Judge(ReadOnlyMemory<byte> list, X509Certificate2 certificate, X509Certificate2 issuer, Instant now)
    {
        try
        {
            var signed = SignedBytes.Read(new AsnReader(list, AsnEncodingRules.DER).ReadSequence());
            return signed.IsSignedBy(issuer) ? Find(signed.Content, certificate, now) : new Revocation.Unknown("the revocation list is not signed by the issuer");
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return new Revocation.Unknown("what is at the revocation list's address is none");
        }
    }

    private static Revocation Find(ReadOnlyMemory<byte> content, X509Certificate2 certificate, Instant now)
    {
        var list = new AsnReader(content, AsnEncodingRules.DER).ReadSequence();
        if (list.PeekTag() == Asn1Tag.Integer) list.ReadInteger(); // version
        list.ReadSequence(); // algorithm
        if (!list.ReadEncodedValue().Span.SequenceEqual(certificate.IssuerName.RawData)) return new Revocation.Unknown("the revocation list is another issuer's");
        list.ReadEncodedValue(); // thisUpdate
        Instant? until = list.HasData && IsTime(list.PeekTag()) ? Time(list) : null;
        if (until < now - ClockSlack) return new Revocation.Unknown($"the revocation list ended at {until}");
        if (!list.HasData || list.PeekTag() != Asn1Tag.Sequence) return new Revocation.Good(until);
        var serial = new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true);
        for (var entries = list.ReadSequence(); entries.HasData;)
        {
            var entry = entries.ReadSequence();
            if (entry.ReadInteger() == serial) return new Revocation.Revoked(Time(entry), until);
        }
        return new Revocation.Good(until);
    }

    private static bool IsTime(Asn1Tag tag) => tag == Asn1Tag.UtcTime || tag == Asn1Tag.GeneralizedTime;

    private static Instant Time(AsnReader reader) =>
        Instant.FromDateTimeOffset(reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime());
}
