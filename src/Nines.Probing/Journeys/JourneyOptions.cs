using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using NodaTime;

namespace Nines.Probing.Journeys;

public sealed record JourneyOptions
{
    public const int MostSteps = 32;

    [MainOption, Required, Description("What the journey is for its users, such as \"checkout\".")]
    public required string Title { get; init; }

    [Required, Description("The steps, in order, 1 to 32: each is one request. The first that fails ends the journey.")]
    public required ImmutableArray<JourneyStep> Steps { get; init; }

    [Secret, Description("Values that steps write as {{name}}: passwords, keys. Printed nowhere.")]
    public ImmutableSortedDictionary<string, string> Secrets { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }

    [Secret, Description("Client certificate to show when the target asks for one: PEM, with its issuers behind it.")]
    public string? ClientCert { get; init; }

    [Secret, Description("Private key of client_cert: PEM, not encrypted.")]
    public string? ClientKey { get; init; }
}

/// <summary>One request of a journey. In url, headers, body, form and json, {{name}} stands for a secret or for what an earlier step captured.</summary>
public sealed record JourneyStep
{
    [Required, Description("Unique in the journey: what a failure names.")]
    public required string Name { get; init; }

    [Required, Description("An absolute http or https URL. {{name}} is percent-encoded; scheme, host and port have to be written out.")]
    public required string Url { get; init; }

    [Description("GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS. Default: POST with a body, else GET.")]
    public string? Method { get; init; }

    [Secret, Description("Request headers. Sent to the URL's own origin only, not where a redirect leads elsewhere.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Secret, Description("Request body, sent as UTF-8. {{name}} is put in as it is.")]
    public string? Body { get; init; }

    [Description("Fields of a form, sent as application/x-www-form-urlencoded. Write secrets as {{name}}.")]
    public ImmutableSortedDictionary<string, string> Form { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Secret, Description("Request body as JSON. {{name}} is escaped for a place inside double quotes.")]
    public string? Json { get; init; }

    [Description("Conditions on the answer, with the signals of an http probe. Default: status >= 200 and status < 400.")]
    public ImmutableArray<string> Expect { get; init; } = [];

    [Description("What later steps need: name: json($.token), header(\"x\") or body matches \"id=(.*);\".")]
    public ImmutableSortedDictionary<string, string> Capture { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Range(0, 50), Description("Redirects that are followed; 0 to take the first answer as it is.")]
    public int Redirects { get; init; } = 10;

    [Description("Longest time for this step. Default: what is left of the probe's timeout.")]
    public Duration? Timeout { get; init; }
}
