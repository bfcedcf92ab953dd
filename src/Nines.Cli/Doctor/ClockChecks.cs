using System.Buffers.Binary;
using System.Net.Sockets;
using Nines.Probing.Paths;

namespace Nines.Cli.Doctor;

/// <summary>Whether this machine's clock can be believed: bounds of outages are no truer than it is.</summary>
internal static class ClockChecks
{
    private const string Name = "clock";
    private static readonly string[] Daemons = ["chronyd", "ntpd", "ntpd.real", "systemd-timesyn", "openntpd", "ptp4l", "phc2sys"];

    public static IEnumerable<HealthCheck> Of(Patient patient)
    {
        yield return HealthCheck.Of(Name, 12, limit => OffsetAsync(patient, limit));
        yield return HealthCheck.Of("clock steps", 5, limit => StepsAsync(patient, limit));
        yield return HealthCheck.Of("clock daemon", 5, _ => Task.FromResult(Daemon()));
    }

    private static async Task<Finding> OffsetAsync(Patient patient, CancellationToken limit)
    {
        var tried = new List<string>();
        if (patient.NtpServer is { } server)
        {
            if (await AskNtpAsync(server, patient.Time, limit) is { } measured) return Judge(measured.Offset, measured.Uncertainty, $"NTP server {server}");
            tried.Add(server);
        }
        else
        {
            foreach (var target in patient.Control.Targets)
            {
                if (await AskHttpAsync(target, patient.Time, limit) is { } measured) return Judge(measured.Offset, measured.Uncertainty, $"the HTTP date of {target}");
                tried.Add(target);
            }
        }
        return new Finding(Name, Verdict.Warning, $"nobody told the time ({string.Join(", ", tried)})", "A wrong clock puts outages at wrong times.", "Name a server that can be reached: nines doctor --ntp SERVER.");
    }

    internal static Finding Judge(TimeSpan offset, TimeSpan uncertainty, string by)
    {
        var what = $"{(offset < TimeSpan.Zero ? "behind" : "ahead of")} {by} by {Math.Abs(offset.TotalMilliseconds):0} ms ± {uncertainty.TotalMilliseconds:0} ms";
        var sure = offset.Duration() - uncertainty;
        if (sure > TimeSpan.FromSeconds(1)) return new Finding(Name, Verdict.Problem, what, "Outages are put at wrong times, and certificates and tokens may seem expired.", "Let an NTP daemon set the clock: apt install chrony.");
        if (sure > TimeSpan.FromMilliseconds(100)) return new Finding(Name, Verdict.Warning, what, "Times are no truer than this; other machines' records will not match.", "Let an NTP daemon set the clock: apt install chrony.");
        return new Finding(Name, Verdict.Ok, what);
    }

    /// <summary>Offset of this clock and its uncertainty by SNTP (RFC 4330, section 5); the smallest delay of four questions.</summary>
    internal static async Task<(TimeSpan Offset, TimeSpan Uncertainty)?> AskNtpAsync(string server, TimeProvider time, CancellationToken limit)
    {
        (TimeSpan Offset, TimeSpan Uncertainty)? best = null;
        var (host, port) = HostPort.TryParse(server, out var at) ? (at.Host, at.Port) : (server, 123);
        for (var question = 0; question < 4; question++)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit, patience.Token);
            try
            {
                using var socket = new UdpClient();
                socket.Connect(host, port);
                var packet = new byte[48];
                packet[0] = 0x23; // version 4, client
                var sentWall = time.GetUtcNow();
                var sent = time.GetTimestamp();
                BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(40), ToNtp(sentWall));
                await socket.SendAsync(packet, both.Token);
                var answer = (await socket.ReceiveAsync(both.Token)).Buffer;
                var round = time.GetElapsedTime(sent);
                // Mode 4 (server), a stratum, in sync, and an answer to this question.
                if (answer.Length < 48 || (answer[0] & 7) != 4 || answer[1] is 0 or > 15 || answer[0] >> 6 == 3 || !answer.AsSpan(24, 8).SequenceEqual(packet.AsSpan(40, 8))) continue;
                var (received, answered) = (FromNtp(answer.AsSpan(32)), FromNtp(answer.AsSpan(40)));
                var offset = (sentWall - received + (sentWall + round - answered)) / 2;
                var uncertainty = (round - (answered - received)).Duration() / 2;
                if (best is null || uncertainty < best.Value.Uncertainty) best = (offset, uncertainty);
            }
            catch (Exception silent) when (silent is OperationCanceledException or SocketException && !limit.IsCancellationRequested)
            {
                // The next question may fare better.
            }
        }
        return best;
    }

    private static readonly DateTimeOffset NtpEpoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static ulong ToNtp(DateTimeOffset instant)
    {
        var ticks = (UInt128)(instant - NtpEpoch).Ticks;
        return (ulong)((ticks << 32) / TimeSpan.TicksPerSecond & ulong.MaxValue);
    }

    private static DateTimeOffset FromNtp(ReadOnlySpan<byte> bytes) => NtpEpoch.AddTicks((long)(((UInt128)BinaryPrimitives.ReadUInt64BigEndian(bytes) * TimeSpan.TicksPerSecond) >> 32));

    /// <summary>A Date header has whole seconds: it is right to half of one, and half of the way there and back.</summary>
    private static async Task<(TimeSpan Offset, TimeSpan Uncertainty)?> AskHttpAsync(string target, TimeProvider time, CancellationToken limit)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit, patience.Token);
        try
        {
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
            using var question = new HttpRequestMessage(HttpMethod.Head, $"{(target.EndsWith(":443", StringComparison.Ordinal) ? "https" : "http")}://{target}/");
            var before = time.GetUtcNow();
            var started = time.GetTimestamp();
            using var answer = await client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var round = time.GetElapsedTime(started);
            if (answer.Headers.Date is not { } date) return null;
            return (before + round / 2 - date - TimeSpan.FromSeconds(0.5), round / 2 + TimeSpan.FromSeconds(0.5));
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException && !limit.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The wall clock and the monotonic one must agree on how long a moment is.</summary>
    private static async Task<Finding> StepsAsync(Patient patient, CancellationToken limit)
    {
        var worst = TimeSpan.Zero;
        var (wall, monotonic) = (patient.Time.GetUtcNow(), patient.Time.GetTimestamp());
        for (var sample = 0; sample < 20; sample++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), patient.Time, limit);
            var apart = (patient.Time.GetUtcNow() - wall - patient.Time.GetElapsedTime(monotonic)).Duration();
            if (apart > worst) worst = apart;
        }
        return worst > TimeSpan.FromMilliseconds(10)
            ? new Finding("clock steps", Verdict.Warning, $"the wall clock moved {worst.TotalMilliseconds:0} ms against the monotonic one within 1 s", "Something sets the clock in steps.", "Let the NTP daemon slew it, and only one of them.")
            : new Finding("clock steps", Verdict.Ok, $"wall and monotonic clock agree within {worst.TotalMilliseconds:0.0} ms over 1 s");
    }

    private static Finding Daemon()
    {
        var names = Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Select(folder => Machine.FirstLine(Path.Combine(folder, "comm"))) : [];
        return names.FirstOrDefault(name => Daemons.Contains(name)) is { } daemon
            ? new Finding("clock daemon", Verdict.Ok, $"{daemon} runs")
            : new Finding("clock daemon", Verdict.Warning, "no NTP daemon is seen", "Nobody keeps the clock right; in a container the host may, unseen.", "apt install chrony on the machine, unless its host keeps the clock.");
    }
}
