namespace Nines.Probing.Fix;

/// <summary>Fields of FIX 4.4 that this side reads or writes.</summary>
internal static class FixTag
{
    public const int BeginSeqNo = 7, BeginString = 8, BodyLength = 9, CheckSum = 10, ClOrdId = 11, CumQty = 14, EndSeqNo = 16, ExecInst = 18;
    public const int MsgSeqNum = 34, MsgType = 35, NewSeqNo = 36, OrderQty = 38, OrdStatus = 39, OrdType = 40, OrigClOrdId = 41, PossDupFlag = 43, Price = 44, RefSeqNum = 45;
    public const int SenderCompId = 49, SendingTime = 52, Side = 54, Symbol = 55, TargetCompId = 56, Text = 58, TimeInForce = 59, TransactTime = 60;
    public const int RawDataLength = 95, RawData = 96, EncryptMethod = 98, CxlRejReason = 102, OrdRejReason = 103, HeartBtInt = 108, TestReqId = 112, OrigSendingTime = 122, GapFillFlag = 123;
    public const int ResetSeqNumFlag = 141, ExecType = 150, SubscriptionRequestType = 263, SecurityStatusReqId = 324, SecurityTradingStatus = 326, TradSesReqId = 335, TradingSessionId = 336, TradSesStatus = 340;
    public const int RefTagId = 371, RefMsgType = 372, SessionRejectReason = 373, Username = 553, Password = 554;

    /// <summary>Fields whose value may hold any byte, each with the field before it that says how many (FIX 4.4, volume 1, "data").</summary>
    public static int? DataAfter(int lengthTag) => lengthTag switch
    {
        90 => 91, 93 => 89, RawDataLength => RawData, 212 => 213, 348 => 349, 350 => 351, 352 => 353, 354 => 355, 356 => 357, 358 => 359,
        360 => 361, 362 => 363, 364 => 365, 445 => 446, 618 => 619, 621 => 622,
        _ => null,
    };
}

/// <summary>Kinds of messages, as MsgType (35) writes them.</summary>
internal static class FixType
{
    public const string Heartbeat = "0", TestRequest = "1", ResendRequest = "2", Reject = "3", SequenceReset = "4", Logout = "5", Logon = "A";
    public const string ExecutionReport = "8", OrderCancelReject = "9", NewOrder = "D", OrderCancel = "F", BusinessReject = "j";
    public const string SecurityStatusRequest = "e", SecurityStatus = "f", TradingSessionStatusRequest = "g", TradingSessionStatus = "h";

    /// <summary>Those that the session layer answers itself.</summary>
    public static bool IsOfSession(string type) => type is Heartbeat or TestRequest or ResendRequest or Reject or SequenceReset or Logout or Logon;
}
