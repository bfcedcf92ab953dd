using System.Net;
using System.Net.Sockets;
using Nines.Backbone.Embedded;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing;
using Nines.Probing.Dns;
using Nines.Probing.Icmp;
using Nines.Probing.Tcp;
using NodaTime;

namespace Nines.Cli.Doctor;

/// <summary>Whether we can look at anything from here: what vouches for our own path, resolvers, sources and proxies, ICMP, our port.</summary>
internal static class NetworkChecks
{
    private const int MostResolvers = 3; // resolv.conf(5): more are not used
    private static readonly Duration Patience = Duration.FromSeconds(3);

    public static IEnumerable<HealthCheck> Of(Patient patient)
    {
        yield return HealthCheck.Of("port", 5, _ => Task.FromResult(Port(patient)));
        yield return new HealthCheck("resolvers", TimeSpan.FromSeconds(12), limit => ResolversAsync(patient, limit));
        foreach (var point in patient.VantagePoints)
        {
            yield return HealthCheck.Of($"path {point.Id}", 12, limit => PathAsync(patient, point, limit));
            if (point.Proxy is null) yield return HealthCheck.Of($"names {point.Id}", 12, limit => NamesAsync(patient, point, limit));
        }
        yield return HealthCheck.Of("icmp", 8, limit => IcmpAsync(patient, limit));
    }

    private static Finding Port(Patient patient)
    {
        if (patient.Listen is not { } at) return new Finding("port", Verdict.Ok, "listen is off");
        if (at.Port == 0) return new Finding("port", Verdict.Ok, "any free port is taken");
        try
        {
            using var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            // A listener that ended a moment ago does not count: the server sets the same.
            if (!OperatingSystem.IsWindows()) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(at);
            socket.Listen(1);
            return new Finding("port", Verdict.Ok, $"{at} is free");
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var holder = Machine.HolderOf(at) ?? "a process that we may not see";
            // "process 4711 on host, since …" writes to the data folder, "dotnet (process 4711)" holds the port.
            if (SqliteJournal.WriterOf(patient.DataFolder)?.Split(" on ")[0] is { } writer && holder.EndsWith($"({writer})", StringComparison.Ordinal))
                return new Finding("port", Verdict.Ok, $"{at} is held by {holder}: the nines up that runs");
            var given = patient.Config?.ListenGiven == true || patient.Probes.Any(probe => ProbeType.Find(probe.Type) is { IsPassive: true });
            return new Finding("port", given ? Verdict.Problem : Verdict.Warning, $"{at} is held by {holder}", given ? "nines up cannot start." : "nines up starts without it: no console, no API, no heartbeats, no /readyz.", "End that process, or set 'listen' to a free address, or to off.");
        }
        catch (SocketException refused)
        {
            return new Finding("port", Verdict.Problem, $"{at}: {refused.Message}", "nines up cannot listen there.", "Set 'listen' to an address of this machine, and to a port from 1024 on.");
        }
    }

    private static async Task<IReadOnlyList<Finding>> ResolversAsync(Patient patient, CancellationToken limit)
    {
        if (!File.Exists(patient.ResolvConf)) return [new Finding("resolvers", Verdict.Warning, $"there is no {patient.ResolvConf}", "Names are resolved in another way, or not at all.", "See whether the names below resolve.")];
        var servers = (await File.ReadAllLinesAsync(patient.ResolvConf, limit)).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..] && IPAddress.TryParse(words[1].Split('%')[0], out _)).Select(words => words[1]).Distinct(StringComparer.Ordinal).Take(MostResolvers).ToList();
        if (servers.Count == 0) return [new Finding("resolvers", Verdict.Problem, $"{patient.ResolvConf} names none", "No name can be resolved.", "Write nameserver lines into it.")];
        var name = patient.Control.Names[0];
        var point = new VantagePoint { Id = new VantagePointId("local"), Region = "local" };
        var outcomes = await Task.WhenAll(servers.Select(server => patient.LookAsync(new DnsProbeType(), new DnsOptions { Domain = name, Resolvers = [server] }, point, Patience, limit)));
        var answering = outcomes.Count(outcome => outcome is Outcome.Answered);
        return
        [
            .. servers.Zip(outcomes, (server, outcome) => outcome is Outcome.Answered
                ? new Finding($"resolver {server}", Verdict.Ok, $"{name}: {Patient.Describe(outcome)}")
                : new Finding($"resolver {server}", answering == 0 ? Verdict.Problem : Verdict.Warning, $"{name}: {Patient.Describe(outcome)}",
                    answering == 0 ? "No name can be resolved: everything that has one is unknown." : "Each look-up that begins there waits for it first.", $"Mend or remove it in {patient.ResolvConf}.")),
        ];
    }

    private static async Task<Finding> PathAsync(Patient patient, VantagePoint point, CancellationToken limit)
    {
        var name = $"path {point.Id}";
        if (point.SourceAddress is { } source && !IsOurs(IPAddress.Parse(source)))
            return new Finding(name, Verdict.Problem, $"{source} is no address of this machine", "Nothing can be looked at from there.", "Set 'source' to an address that 'ip addr' shows.");
        var targets = patient.Control.Targets;
        var outcomes = await Task.WhenAll(targets.Select(target => patient.LookAsync(new TcpProbeType(), new TcpOptions { Target = target, Hold = false }, point, Patience, limit)));
        var reached = outcomes.Count(outcome => outcome is Outcome.Answered);
        var by = point.Proxy is null ? "" : $" through {Core.Redaction.ByShape.Apply(point.Proxy.OriginalString)}";
        if (reached == targets.Length) return new Finding(name, Verdict.Ok, $"all {targets.Length} control targets answer{by}, the first in {((Outcome.Answered)outcomes[0]).RoundTrip.TotalMilliseconds:0.0} ms");
        var silent = string.Join("; ", targets.Zip(outcomes).Where(pair => pair.Second is not Outcome.Answered).Select(pair => $"{pair.First}: {Patient.Describe(pair.Second)}"));
        return reached == 0
            ? new Finding(name, Verdict.Problem, $"no control target answers{by}: {silent}", "Failures cannot be told from our own: everything that fails is unknown, never down.", "Open the way there, or name control targets that can be reached.")
            : new Finding(name, Verdict.Warning, $"{reached} of {targets.Length} control targets answer{by}: {silent}", "The more of them vouch, the surer it is whose fault a failure is.", "Name others under 'control: targets'.");
    }

    private static bool IsOurs(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<Finding> NamesAsync(Patient patient, VantagePoint point, CancellationToken limit)
    {
        var path = new NetworkPath(point, patient.Time);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(8), patient.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit, deadline.Token);
        var failed = new List<string>();
        foreach (var name in patient.Control.Names)
            if ((await path.ResolveAsync(name, both.Token, control: true)).Failure is { } failure)
                failed.Add($"{name}: {Patient.Describe(failure.ToSight(Patience, Core.Redaction.ByShape).Outcome)}");
        if (failed.Count == 0) return new Finding($"names {point.Id}", Verdict.Ok, $"all {patient.Control.Names.Length} control names resolve");
        return new Finding($"names {point.Id}", failed.Count == patient.Control.Names.Length ? Verdict.Problem : Verdict.Warning, string.Join("; ", failed), "A name that does not resolve is our fault only while these do not either.", "Mend the resolver, or name others under 'control: names'.");
    }

    private static async Task<Finding> IcmpAsync(Patient patient, CancellationToken limit)
    {
        var used = patient.Probes.Any(probe => probe.Type == new IcmpProbeType().Key);
        var point = new VantagePoint { Id = new VantagePointId("local"), Region = "local" };
        var outcome = await patient.LookAsync(new IcmpProbeType(), new IcmpOptions { Host = "127.0.0.1", Count = 1 }, point, Duration.FromSeconds(2), limit);
        if (outcome is Outcome.Answered) return new Finding("icmp", Verdict.Ok, "echos may be sent");
        return new Finding("icmp", used ? Verdict.Problem : Verdict.Ok, $"{Patient.Describe(outcome)}{(used ? "" : " (no probe needs it)")}", used ? "The icmp probes see nothing." : "", used ? "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"" : "");
    }
}
