namespace Nines.Web.StatusPage;

/// <summary>Which texts a page of the desk has.</summary>
internal static class DeskTexts
{
    public static string TitleOf(DeskPage page) => page switch
    {
        DeskPage.ConfirmAsk or DeskPage.ConfirmDone or DeskPage.ConfirmUnknown => "confirm.title",
        DeskPage.LeaveAsk or DeskPage.LeaveDone or DeskPage.LeaveUnknown => "leave.title",
        DeskPage.Ask or DeskPage.Taken or DeskPage.TakenWebhook or DeskPage.NotAnAddress or DeskPage.NoSuchComponent or DeskPage.NoMail or DeskPage.TooOften or DeskPage.Full or DeskPage.Broken or DeskPage.Unreadable => "subscribe.title",
    };

    /// <returns>Null where nothing was done yet.</returns>
    public static string? SaidBy(DeskPage page) => page switch
    {
        DeskPage.Ask => null,
        DeskPage.Taken => "subscribe.taken",
        DeskPage.TakenWebhook => "subscribe.taken.webhook",
        DeskPage.NotAnAddress => "subscribe.not_an_address",
        DeskPage.NoSuchComponent => "subscribe.no_such_component",
        DeskPage.NoMail => "subscribe.no_mail",
        DeskPage.TooOften => "subscribe.too_often",
        DeskPage.Full => "subscribe.full",
        DeskPage.Broken => "subscribe.broken",
        DeskPage.Unreadable => "subscribe.unreadable",
        DeskPage.ConfirmAsk => "confirm.ask",
        DeskPage.ConfirmDone => "confirm.done",
        DeskPage.ConfirmUnknown => "confirm.unknown",
        DeskPage.LeaveAsk => "leave.ask",
        DeskPage.LeaveDone => "leave.done",
        DeskPage.LeaveUnknown => "leave.unknown",
    };
}
