using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Nines.Web.Access;

/// <summary>
/// Puts into a request what proxies of ours say of it: whose it is (<c>X-Forwarded-For</c>) and whether it came by TLS (<c>X-Forwarded-Proto</c>). From
/// right to left, as long as the one who says so is one of ours; what anybody else says is left alone. Safe for concurrent use.
/// </summary>
/// <param name="networks">As they are now: a reload may name others.</param>
internal sealed class OwnProxies(Func<ImmutableArray<IPNetwork>> networks)
{
    /// <summary>Proxies in a row; of more, the last of these counts as who asks.</summary>
    private const int MostHops = 8;

    private Known? known;

    private sealed record Known(ImmutableArray<IPNetwork> Networks, ForwardedHeadersMiddleware Middleware);

    public void Apply(HttpContext context)
    {
        var now = networks();
        if (now.IsDefaultOrEmpty) return; // the framework takes no list for everybody
        var current = Volatile.Read(ref known);
        if (current is null || !current.Networks.SequenceEqual(now)) Volatile.Write(ref known, current = Make(now));
        current.Middleware.ApplyForwarders(context);
    }

    private static Known Make(ImmutableArray<IPNetwork> networks)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = MostHops };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear(); // loopback, unless we say so
        foreach (var network in networks) options.KnownIPNetworks.Add(network);
        return new Known(networks, new ForwardedHeadersMiddleware(_ => Task.CompletedTask, NullLoggerFactory.Instance, Options.Create(options)));
    }
}
