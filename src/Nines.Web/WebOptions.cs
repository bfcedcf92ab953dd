using System.Net;
using Nines.Probing.Inbound;
using Nines.Web.Health;

namespace Nines.Web;

/// <summary>What the web server listens on, what it serves, and what a caller may cost.</summary>
public sealed record WebOptions
{
    /// <summary>Loopback unless others report or read from outside. Port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where what reports by itself is handed in.</summary>
    public required Inbox Inbox { get; init; }

    /// <summary>Measures how long a body takes to come.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How the watch goes; null while it starts.</summary>
    public required Func<WatchStatus?> Status { get; init; }

    /// <summary>Null for a server without console and API.</summary>
    public ConsoleOptions? Console { get; init; }

    /// <summary>Connections at a time; more are closed at once. One that is open and idle costs some kilobytes: event streams are.</summary>
    public int MaxConnections { get; init; } = 4_096;

    /// <summary>Event streams at a time, which leaves connections for everything else.</summary>
    public int MaxStreams { get; init; } = 3_000;

    /// <summary>Event streams of one caller: of one who logged in, or of one address.</summary>
    public int MaxStreamsOfOne { get; init; } = 100;

    /// <summary>Longest head of a request; its first line may have half of it.</summary>
    public int MaxHeadBytes { get; init; } = 8 << 10;

    /// <summary>Largest body that is read, where one is read at all.</summary>
    public int MaxBodyBytes { get; init; } = 4 << 20;

    /// <summary>How long a head may take to come.</summary>
    public TimeSpan HeadLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may stay open without a request.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(30);
}
