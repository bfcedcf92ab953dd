using System.Formats.Asn1;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>Asks on the vantage point's own path whether a certificate was revoked, and believes the word for a while.</summary>
internal sealed class RevocationCheck(TlsOptions options, NetworkPath path, ProbeEnvironment environment)
{
    private const int LargestAnswer = 64 << 10;
    private const int LargestList = 16 << 20;
    private const string DistributionPoints = "2.5.29.31";

    private (string Fingerprint, Revocation Word, Instant Until)? believed;

    /// <param name="timeout">The look's: half of it is what a responder may cost, so that its silence is not taken for the target's.</param>
    public async Task<Revocation> AskAsync(Presented shown, Duration timeout, CancellationToken limit)
    {
        var now = environment.Now();
        if (believed is { } last && last.Fingerprint == shown.Fingerprint && now < last.Until) return last.Word;
        using var expired = new CancellationTokenSource((timeout / 2).ToTimeSpan(), environment.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit, expired.Token);
        var word = await AskAnewAsync(shown, now, patience.Token).ConfigureAwait(false);
        var itself = word switch { Revocation.Good good => good.Until, Revocation.Revoked revoked => revoked.Until, _ => now };
        var until = now + options.RevocationEvery;
        believed = (shown.Fingerprint, word, itself < until ? itself.Value : until);
        return word;
    }

    private async Task<Revocation> AskAnewAsync(Presented shown, Instant now, CancellationToken limit)
    {
        // What a stranger's certificate names is not called: only who is trusted may send us anywhere.
        if (!shown.Trusted || shown.Issuer is not { } issuer) return new Revocation.Unknown("the issuer is not known or not trusted");
        var ocsp = options.Revocation == RevocationSource.Ocsp;
        if ((ocsp ? Responder(shown.Leaf) : ListOf(shown.Leaf)) is not { } address)
            return new Revocation.Unknown(ocsp ? "the certificate names no OCSP responder" : "the certificate names no revocation list");
        var (bytes, why) = await FetchAsync(address, ocsp ? Ocsp.Question(shown.Leaf, issuer) : null, ocsp ? LargestAnswer : LargestList, limit).ConfigureAwait(false);
        if (bytes is not { } answer) return new Revocation.Unknown($"{address.Authority} {why}");
        return ocsp ? Ocsp.Judge(answer, shown.Leaf, issuer, now) : RevocationList.Judge(answer, shown.Leaf, issuer, now);
    }

    private async Task<(ReadOnlyMemory<byte>? Bytes, string Why)> FetchAsync(Uri address, byte[]? question, int most, CancellationToken limit)
    {
        using var http = new HttpMessageInvoker(PathHandler.Create(path, new TlsRequest(), () => new Trip(limit)));
        using var request = new HttpRequestMessage(question is null ? HttpMethod.Get : HttpMethod.Post, address);
        request.Headers.TryAddWithoutValidation("User-Agent", HttpRequests.UserAgent);
        if (question is not null) request.Content = new ByteArrayContent(question) { Headers = { ContentType = new MediaTypeHeaderValue("application/ocsp-request") } };
        try
        {
            using var response = await http.SendAsync(request, limit).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) return (null, $"answered with status {(int)response.StatusCode}");
            var (bytes, cut) = await HttpBody.ReadAsync(response.Content, most, limit).ConfigureAwait(false);
            return cut ? (null, $"answered with more than {most} bytes") : (bytes, "");
        }
        catch (OperationCanceledException)
        {
            return (null, "did not answer in half of the timeout");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            return (null, "cannot be reached");
        }
    }

    private static Uri? Responder(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>().SelectMany(access => access.EnumerateOcspUris()).Select(Http).FirstOrDefault(url => url is not null);
        }
        catch (CryptographicException)
        {
            return null; // an extension that cannot be decoded names nobody
        }
    }

    /// <summary>The first http address among the distribution points (RFC 5280, section 4.2.1.13).</summary>
    private static Uri? ListOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == DistributionPoints) is not { } extension) return null;
        try
        {
            for (var points = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); points.HasData;)
            {
                var point = points.ReadSequence();
                var (outer, full, url) = (new Asn1Tag(TagClass.ContextSpecific, 0), new Asn1Tag(TagClass.ContextSpecific, 0), new Asn1Tag(TagClass.ContextSpecific, 6));
                if (!point.HasData || !point.PeekTag().HasSameClassAndValue(outer)) continue;
                var name = point.ReadSequence(outer);
                if (!name.PeekTag().HasSameClassAndValue(full)) continue;
                for (var names = name.ReadSequence(full); names.HasData;)
                {
                    if (!names.PeekTag().HasSameClassAndValue(url)) names.ReadEncodedValue();
                    else if (Http(names.ReadCharacterString(UniversalTagNumber.IA5String, url)) is { } found) return found;
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return null; // no list, then
        }
        return null;
    }

    private static Uri? Http(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp ? url : null;
}
