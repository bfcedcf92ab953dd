using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api.Routing;
using NodaTime;

namespace Nines.Web.Api.Journal;

/// <summary><c>/api/v1/journal</c>.</summary>
internal sealed class JournalRoutes(JournalOperations journal)
{
    public static readonly Format<long> PositionFormat = Formats.Whole(1, long.MaxValue);

    private static readonly ApiParameter<long> Position = ApiParameter.Path("position", "Of the fact.", PositionFormat);
    private static readonly ApiParameter<string> Kind = ApiParameter.Queries("kind", "Only of these kinds.", Formats.Words([.. FactKinds.All]));
    private static readonly ApiParameter<ComponentId> Component = ApiParameter.Queries("component", "Only those that name one of these, or an outage of theirs.", Formats.Component);
    private static readonly ApiParameter<string> Outage = ApiParameter.Query("outage", "Only those that name this outage.", Formats.Text(120));
    private static readonly ApiParameter<string> Words = ApiParameter.Query("text", "Only those with these words anywhere in them.", Formats.Text(100));
    private static readonly ApiParameter<Instant> From = ApiParameter.Query("from", "On record at this instant or later.", Formats.Instant);
    private static readonly ApiParameter<Instant> To = ApiParameter.Query("to", "On record before this instant.", Formats.Instant);
    private static readonly ApiParameter<long> FromPosition = ApiParameter.Query("from_position", "At this position or later.", PositionFormat);
    private static readonly ApiParameter<long> ToPosition = ApiParameter.Query("to_position", "At this position or before.", PositionFormat);

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/journal", "searchJournal", "Facts, the newest first, that the caller may read: access_changed and config_loaded are for admins. A search looks at 20,000 entries at most; 'next' goes on from there.",
            async (asked, cancellation) => await journal.SearchAsync(FilterOf(asked), asked.Page, asked.Caller.Role, cancellation))
            .Takes(Kind, Component, Outage, Words, From, To, FromPosition, ToPosition).Paged().Needs(Role.Viewer);

        api.Get("/api/v1/journal/{position}", "getFact", "One fact whole, with its digest.",
            async (asked, cancellation) => await journal.GetAsync(asked.Need(Position), asked.Caller.Role, cancellation))
            .Takes(Position).Needs(Role.Viewer);
    }

    private static JournalFilter FilterOf(Asked asked) => new()
    {
        Kinds = asked.All(Kind),
        Components = asked.All(Component),
        Outage = asked.Get(Outage),
        Text = asked.Get(Words),
        From = asked.Get(From),
        To = asked.Get(To),
        FromPosition = asked.Get(FromPosition),
        ToPosition = asked.Get(ToPosition),
    };
}
