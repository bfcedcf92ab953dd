using System.Net;
using Nines.Response.StatusPage;

namespace Nines.Web.StatusPage;

/// <summary>A status page, and where it is to be had.</summary>
/// <param name="Listen">Its own listener; null for none.</param>
/// <param name="Export">The folder that is written on each change, absolute; null for none.</param>
public sealed record StatusPageSettings(PageOptions Options, PageTheme Theme, IPEndPoint? Listen, string? Export);
