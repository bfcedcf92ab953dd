using System.Net;
using Nines.Core.Components;

namespace Nines.Probing;

/// <summary>The path that a vantage point's probes take to their targets: direct, from a source address, or through a forward proxy.</summary>
public sealed class NetworkPath(VantagePoint vantagePoint)
{
    public VantagePoint VantagePoint { get; } = vantagePoint;

    public IPAddress? SourceAddress { get; } = vantagePoint.SourceAddress is { } text ? IPAddress.Parse(text) : null;
}
