using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Nines.Web.Access;

namespace Nines.Web.Api.Routing;

/// <summary>What tells one request from another, for keys that are good for one only. It is kept on the disk.</summary>
internal static class RequestDigest
{
    /// <summary>SHA-256 over what is asked for. As lower-case hex.</summary>
    public static string Of(string what, ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(what), .. body]));

    /// <summary>
    /// The same for what may hold a password, of which a bare hash could be found by trying: keyed by what the caller proved himself with, which is
    /// random and is kept nowhere as it is. A provider's token is another one each hour: there the body counts for nothing.
    /// </summary>
    public static string OfSecret(HttpContext context, string what, ReadOnlySpan<byte> body) => ProofOf(context) is { } proof
        ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(proof), (byte[])[.. Encoding.UTF8.GetBytes(what), .. body]))
        : Of(what, []);

    private static string? ProofOf(HttpContext context) => context.Caller().Proof switch
    {
        Proof.Session => ((Identified)context.Items[typeof(Identified)]!).Cookie,
        Proof.Token => context.Request.Headers[HeaderNames.Authorization].ToString(),
        Proof.Jwt or Proof.None => null,
    };
}
