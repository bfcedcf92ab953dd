using System.CommandLine;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Core.Time;
using Nines.Ledger.History;
using Nines.Ledger.History.Prometheus;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary><c>nines import prometheus FILE|URL</c>: samples of <c>probe_success</c>, <c>up</c>, or any expression that is low while something is down.</summary>
internal sealed class PrometheusSource : HistorySource
{
    private readonly Option<string> by = new("--by") { Description = "The label that names the target", HelpName = "LABEL", DefaultValueFactory = _ => "instance" };
    private readonly Option<string?> metric = new("--metric") { Description = "The metric of a text export that tells up and down; else probe_success, or up", HelpName = "NAME" };
    private readonly Option<string> downBelow = new("--down-below") { Description = "A value below it is down", HelpName = "NUMBER", DefaultValueFactory = _ => "1" };
    private readonly Option<string?> step = new("--step") { Description = "Of a server: how far apart samples are asked for, 1m unless said otherwise; of a file: the step that it was asked with, else learnt", HelpName = "DURATION" };
    private readonly Option<string?> scrapeInterval = new("--scrape-interval") { Description = "How often Prometheus looked; else what the server says, or 1m", HelpName = "DURATION" };
    private readonly Option<string?> scrapeTimeout = new("--scrape-timeout") { Description = "How long a look may take; else what the server says, or 10s", HelpName = "DURATION" };
    private readonly Option<string?> lookback = new("--lookback") { Description = "The server's --query.lookback-delta; else what it says, or 5m", HelpName = "DURATION" };
    private readonly Option<string?> expression = new("--query") { Description = "Of a server: what to ask for; probe_success unless said otherwise", HelpName = "EXPRESSION" };
    private readonly Option<string?> tokenFile = new("--token-file") { Description = "Of a server: a file with the bearer token", HelpName = "FILE" };

    public override string Name => "prometheus";
    public override string About => "Samples of a Prometheus: the JSON of a range query, a text export, or the server itself";
    public override (string HelpName, string Description) Place => ("FILE", "The file; or the server, http://127.0.0.1:9090");
    public override IReadOnlyList<Option> Options => [by, metric, downBelow, step, scrapeInterval, scrapeTimeout, lookback, expression, tokenFile];

    public override async Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        var reading = new SampleReading(SourceFile.MostRows);
        var means = new PrometheusMeaning
        {
            By = parsed.GetValue(by)!,
            DownBelow = double.TryParse(parsed.GetValue(downBelow), NumberStyles.Float, CultureInfo.InvariantCulture, out var limit) && double.IsFinite(limit) ? limit
                : throw new Fault("NIN4213", ExitCode.CalledWrong, $"--down-below: '{parsed.GetValue(downBelow)}' is no number."),
            Step = LengthOf(parsed, step) ?? query.Cadence,
        };
        try
        {
            var isServer = query.Place.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || query.Place.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
            var (source, content) = ("", Array.Empty<byte>());
            if (isServer) (source, content, means) = await AskAsync(query, parsed, reading, means, cancellation);
            else
            {
                RefuseForFile(parsed, expression, tokenFile);
                var bytes = SourceFile.Read(query.Place);
                (source, content) = ($"prometheus {Path.GetFileName(query.Place)}", SourceFile.Digest([("prometheus", bytes)]));
                if (bytes.AsSpan().TrimStart(" \t\r\n\uFEFF"u8) is [(byte)0x7B, ..] && !ExpositionText.Looks(bytes)) QueryResult.Read(bytes, reading);
                else ExpositionText.Read(bytes, parsed.GetValue(metric), reading);
            }
            means = means with
            {
                ScrapeInterval = LengthOf(parsed, scrapeInterval) ?? means.ScrapeInterval,
                ScrapeTimeout = LengthOf(parsed, scrapeTimeout) ?? Duration.Min(means.ScrapeTimeout, LengthOf(parsed, scrapeInterval) ?? means.ScrapeInterval),
                Lookback = LengthOf(parsed, lookback) ?? means.Lookback,
                Because = LengthOf(parsed, scrapeInterval) is not null && LengthOf(parsed, scrapeTimeout) is not null ? "as the call says" : means.Because,
            };
            if (reading.Series.All(series => series.Samples.Count == 0)) throw new FormatException(reading.Unreadable.Count > 0 ? "no line of it is a sample with an instant" : "it has no sample");
            query.Progress(0.6);
            var history = PrometheusHistory.Build(reading, means, query.Everything, new RowAccount(), query.Now);
            return new SourceReading(source, content, history, []);
        }
        catch (FormatException wrong)
        {
            throw SourceFile.NotWhatItShouldBe(PrometheusServer.Shown(query.Place), wrong.Message);
        }
    }

    private async Task<(string Source, byte[] Content, PrometheusMeaning Means)> AskAsync(HistoryQuery query, ParseResult parsed, SampleReading reading, PrometheusMeaning means, CancellationToken cancellation)
    {
        if (query.From is not { } from) throw new Fault("NIN4213", ExitCode.CalledWrong, "--from: say from when on the server is to be asked: --from -30d, or --from 2026-01-01.");
        var to = Instant.Min(query.To ?? query.Now, query.Now);
        if (from >= to) throw new Fault("NIN4213", ExitCode.CalledWrong, $"--from: {from} is not before {to}.");
        var asked = parsed.GetValue(expression) ?? "probe_success";
        var every = means.Step ?? Duration.FromMinutes(1);
        PrometheusServer.RequireWithinLimits(asked, to - from, every);
        using var server = new PrometheusServer(query.Place, parsed.GetValue(tokenFile), query.Time);
        var told = await server.SettingsAsync(means, cancellation);
        var content = await server.ReadRangeAsync(asked, from, to, every, reading, share => query.Progress(0.6 * share), cancellation);
        return ($"prometheus {server.Host} {(asked.Length > 200 ? asked[..199] + "…" : asked)}", content, told with { Step = every, Until = to });
    }

    private static void RefuseForFile(ParseResult parsed, params Option[] options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } wrong)
            throw new Fault("NIN4213", ExitCode.CalledWrong, $"{wrong.Name}: is for a server only. Name one (http://127.0.0.1:9090) instead of a file.");
    }

    private static Duration? LengthOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is not { } text ? null
        : DurationText.TryParse(text, out var length, out var problem) && length >= Duration.FromSeconds(1) && length <= Duration.FromDays(7) ? length
        : throw new Fault("NIN4213", ExitCode.CalledWrong, $"{option.Name}: '{text}' {(problem.Length > 0 ? problem : "is not between 1s and 7d")}.");
}
