using System.Net;
using Nines.Cli.Config.Binding;
using Nines.Web.Access;

namespace Nines.Cli.Config;

/// <summary>Checks what a config says of access, and makes the web server's settings of it.</summary>
internal sealed class ConsoleBuilder(Binder binder)
{
    private const int MostHosts = 100, MostProxies = 100, MostRoles = 1_000, LongestText = 1_000;

    public AccessSettings Build(ConsoleEntry? entry)
    {
        if (entry is null) return new AccessSettings();
        if (entry.Url is { } url && (url.Scheme is not ("http" or "https") || url.AbsolutePath != "/" || url.Query.Length > 0 || url.UserInfo.Length > 0))
            Say(MistakeCode.WrongType, entry, "url", "The address of the console is http:// or https:// with a host, and nothing behind it: https://nines.example.com.");
        if (entry.Anonymous > Role.Viewer) Say(MistakeCode.Combination, entry, "anonymous", "Who is not logged in may look (viewer) or nothing (none): what is done goes on record under a handle.");
        for (var i = 0; i < entry.Hosts.Length; i++)
            if (Uri.CheckHostName(entry.Hosts[i]) != UriHostNameType.Dns)
                binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(entry, "hosts", i), $"{Variables.Show(entry.Hosts[i])} is not a host name. Write it without a scheme and a port; addresses need not be named.");
        if (entry.Hosts.Length > MostHosts) Say(MistakeCode.TooMany, entry, "hosts", $"There are {entry.Hosts.Length:N0} names; at most {MostHosts}.");
        if (entry.Proxies.Length > MostProxies) Say(MistakeCode.TooMany, entry, "proxies", $"There are {entry.Proxies.Length:N0} networks; at most {MostProxies}.");
        if (entry.Sessions.Idle > entry.Sessions.Longest)
            binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry.Sessions, "idle"), "A session that ends in any case before it is idle: make 'idle' the shorter one.");
        return new AccessSettings
        {
            Url = entry.Url,
            Anonymous = entry.Anonymous,
            Hosts = entry.Hosts,
            Proxies = [.. entry.Proxies.Select(proxy => proxy.Network)],
            SessionIdle = entry.Sessions.Idle,
            SessionLongest = entry.Sessions.Longest,
            Jwt = entry.Jwt is { } jwt ? Provider(jwt) : null,
            Look = new LookSettings { Viewer = entry.Look.Viewer, Responder = entry.Look.Responder, Admin = entry.Look.Admin, Metadata = entry.Look.Metadata },
        };
    }

    private JwtSettings? Provider(ConsoleJwtEntry entry)
    {
        foreach (var (key, text) in (ReadOnlySpan<(string, string?)>)[("issuer", entry.Issuer), ("audience", entry.Audience), ("handle", entry.Handle), ("role", entry.Role), ("handle_domain", entry.HandleDomain)])
            if (text is { Length: 0 or > LongestText }) Say(MistakeCode.OutOfRange, entry, key, $"'{key}' has 1 to {LongestText:N0} characters.");
        if (entry.Roles.Count > MostRoles) Say(MistakeCode.TooMany, entry, "roles", $"There are {entry.Roles.Count:N0} values; at most {MostRoles:N0}.");
        if (entry.Roles.Count == 0 && entry.Otherwise == Role.None) Say(MistakeCode.Combination, entry, "roles", "Nobody would be let in: name what the claim's values come to under 'roles', or set 'otherwise'.");
        var given = entry.KeysPath is { } file ? binder.FolderOf(entry) is var folder ? new Uri(Path.GetFullPath(Path.Combine(folder, file))) : null : entry.Keys;
        if ((entry.Keys is null) == (entry.KeysPath is null))
        {
            if (binder.ValueOf(entry, "keys") is null || entry.KeysPath is not null) binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "The provider's keys come from exactly one of keys and keys_path.");
            return null;
        }
        // Over plain http anybody on the way could put his own keys in: only this machine itself may do without TLS.
        if (entry.Keys is { } url && url.Scheme != "https" && !(url.Scheme == "http" && (url.Host == "localhost" || IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))))
            Say(MistakeCode.WrongType, entry, "keys", "The provider's keys come by https://, or by http:// from this machine.");
        return new JwtSettings(entry.Issuer, entry.Audience, given!) { HandleClaim = entry.Handle, HandleDomain = entry.HandleDomain, RoleClaim = entry.Role, Roles = entry.Roles, Otherwise = entry.Otherwise };
    }

    private void Say(MistakeCode code, object entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
