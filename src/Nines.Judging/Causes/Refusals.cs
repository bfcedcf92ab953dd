using System.Collections.Frozen;

namespace Nines.Judging.Causes;

/// <summary>
/// What the codes of refusals say of why a target is down. A refusal is the target's own no in some protocol, so a code that is not listed is a
/// technical fault of it; listed are the usual ones, with what they show, and those that show nothing.
/// </summary>
internal static class Refusals
{
    private static readonly FrozenDictionary<string, string> Technical = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["connection_refused"] = "its machine answers, and nobody listens there",
        ["reset"] = "it, or what stands before it, broke the connection off",
        ["dns_not_found"] = "its name does not exist",
        ["tls_expired"] = "its certificate has expired",
        ["tls_not_yet_valid"] = "its certificate is not valid yet",
        ["tls_wrong_name"] = "its certificate is another name's",
        ["tls_self_signed"] = "its certificate is vouched for by nobody",
        ["tls_untrusted"] = "its certificate's root is not trusted",
        ["tls_incomplete_chain"] = "it leaves out a certificate between its own and the root",
        ["tls_revoked"] = "its certificate was revoked",
        ["handshake_refused"] = "it refused the handshake",
        ["handshake_failed"] = "it failed in the handshake",
        ["handshake_cut"] = "it broke the handshake off",
        ["malformed"] = "what it answered is not in its protocol",
        ["malformed_answer"] = "what it answered is not in its protocol",
        ["unexpected_answer"] = "what it answered is not an answer to the question",
        ["protocol_error"] = "it broke its protocol",
        ["http_version"] = "it speaks another version of HTTP",
        ["answer_too_large"] = "its answer does not end",
        ["answer_truncated"] = "its answer ended in the middle",
        ["bad_redirect"] = "it sends its users nowhere",
        ["redirect_loop"] = "it sends its users round in a circle",
        ["too_many_redirects"] = "it sends its users on and on",
        ["rpc_error"] = "it said that it failed",
        ["venue_error"] = "it said that it failed",
        ["no_head"] = "it has no block to show",
        ["rate_limited"] = "it serves fewer requests than it declared",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Mute = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["no_route"] = "nothing on the way knows where it is; that may be anybody's fault between us and it",
        ["network_down"] = "its network cannot be reached; that may be anybody's fault between us and it",
        ["socket_error"] = "the system did not say what went wrong",
        ["dns_failed"] = "resolvers could not say where it is, which is not the same as its name being gone",
        ["proxy_refused"] = "a proxy on the way refused",
        ["tls_revocation_unknown"] = "whether its certificate was revoked could not be told",
        ["tls_client_refused"] = "it does not take our certificate, which may be ours to mend",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The codes that a target under more load than it can take answers with.</summary>
    private static readonly FrozenSet<string> Overloaded = FrozenSet.Create(StringComparer.Ordinal, "connection_refused", "reset", "rate_limited", "status_503", "status_429", "handshake_cut", "handshake_refused", "answer_truncated");

    /// <returns>What the code shows of a technical fault; null for one that shows nothing.</returns>
    public static string? Shows(string code) => Mute.ContainsKey(code) ? null : Technical.GetValueOrDefault(code, "it said no");

    /// <returns>Why the code shows nothing.</returns>
    public static string ShowsNothing(string code) => Mute.GetValueOrDefault(code, "it says nothing about why");

    /// <summary>True for what a surge of requests would explain: refusals, 503 and 429, and answers that do not come.</summary>
    public static bool IsOverload(string? code) => code is not null && (Overloaded.Contains(code) || code.StartsWith("timed_out_", StringComparison.Ordinal));
}
