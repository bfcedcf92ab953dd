using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.WebSockets;

public sealed record WebSocketOptions
{
    [MainOption, Required, Description("The stream: a ws or wss URL. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Description("Messages to send once connected, each time: subscriptions.")]
    public ImmutableArray<string> Subscribe { get; init; } = [];

    [Description("Only messages that contain this text count as the stream's; others (acknowledgements, the venue's own heartbeats) do not end a silence.")]
    public string? Only { get; init; }

    [Secret, Description("Headers of the opening request.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("Subprotocols to offer.")]
    public ImmutableArray<string> Subprotocols { get; init; } = [];

    [Description("Time between our pings; one that is not answered in the same time breaks the connection. 0s sends none.")]
    public Duration Ping { get; init; } = Duration.FromSeconds(15);

    [Range(1, 1_000_000), Description("Messages read a second at most; beyond, the stream is slowed down.")]
    public int MaxRate { get; init; } = 10_000;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}

/// <summary>A stream of messages over a WebSocket.</summary>
public sealed class WebSocketProbeType : ProbeType
{
    /// <summary>
    /// We know when a message came, not when it was sent. Half of a slow round trip around the world, with a busy machine at our end.
    /// </summary>
    /// <value>Seconds.</value>
    private const double LongestWay = 0.25;

    public override string Key => "websocket";
    public override string About => "Holds a WebSocket open, subscribes, and looks at how long the stream has been silent.";
    public override Type OptionsType => typeof(WebSocketOptions);

    /// <summary>In the order of <see cref="WebSocketProbe"/>'s values; those with arguments at the end.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("connected", SignalUnit.Flag, "The connection stands."),
        new("silence", SignalUnit.Seconds, "Time since the last message, over reconnects; before the first one, since the first connection.")
            { Onset = SignalOnset.Since, Delay = LongestWay },
        new("messages", SignalUnit.None, "Messages since the look before."),
        new("message_bytes", SignalUnit.Bytes, "Length of the last message; missing before the first."),
        new("message", SignalUnit.Flag, "message contains \"x\", message matches \"regex\": the last message.") { TakesArgument = true },
        new("json", SignalUnit.Any, "A value of the last message: json($.a.b[0]).") { TakesArgument = true },
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => ["silence < 10s else effectively_down"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var socket = (WebSocketOptions)options;
        if (!socket.Url.IsAbsoluteUri || (socket.Url.Scheme != Uri.UriSchemeWs && socket.Url.Scheme != Uri.UriSchemeWss))
            yield return new OptionMistake("websocket", "is not an absolute ws or wss URL. Try wss://stream.example.org/ws.");
        if (socket.Only is "") yield return new OptionMistake("only", "is empty: leave it out, or give a text that the stream's messages contain.");
        if (socket.Ping < Duration.Zero || socket.Ping > Duration.FromHours(1)) yield return new OptionMistake("ping", "must be 0s to 1h. Try 15s.");
        if (socket.Subscribe.Length > 100) yield return new OptionMistake("subscribe", "has more than 100 messages.");
        foreach (var mistake in HttpRequests.MistakesIn(socket.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(socket.CaFile)) yield return mistake;
    }

    public override string? MistakeIn(SignalRef signal) => Readout.MistakeIn(signal);

    public override string? Provider(object options) => HostPort.Of(((WebSocketOptions)options).Url).ToString();

    /// <summary>A look reads what the held connection brought; it calls only to connect again.</summary>
    public override int CallsPerObservation(object options) => 0;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new WebSocketProbe(definition, (WebSocketOptions)definition.Options, path, environment);
}
