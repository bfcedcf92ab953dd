namespace Nines.Backbone.Journal;

/// <summary>Every way in which a journal can refuse or fail: a stable code each, and the message that says where, what, why and how to mend it.</summary>
public static class JournalErrors
{
    public const string MissingFolder = "NIN2001";
    public const string NotWritable = "NIN2002";
    public const string HeldByAnotherWriter = "NIN2003";
    public const string ForeignFile = "NIN2004";
    public const string NewerSchema = "NIN2005";
    public const string Corrupt = "NIN2006";
    public const string DiskFull = "NIN2007";
    public const string StorageFailed = "NIN2008";
    public const string UnexpectedVersion = "NIN2009";
    public const string LimitExceeded = "NIN2010";
    public const string Closed = "NIN2011";
    public const string OpenedForReading = "NIN2012";
    public const string NoJournal = "NIN2013";
    public const string UnknownFact = "NIN2014";
    public const string Stopped = "NIN2015";
    public const string LockedByAnotherProgram = "NIN2016";
    public const string Defect = "NIN2017";
    public const string NotReadable = "NIN2018";

    /// <summary>All codes with a title each, in order: what the reference documents.</summary>
    public static IReadOnlyList<(string Code, string Title)> All { get; } =
    [
        (MissingFolder, "The journal's folder does not exist"),
        (NotWritable, "The journal's folder or file cannot be written"),
        (HeldByAnotherWriter, "Another process writes to this journal"),
        (ForeignFile, "The file is not a Nines journal"),
        (NewerSchema, "The journal was written by a newer Nines"),
        (Corrupt, "The journal's file is damaged"),
        (DiskFull, "The disk is full"),
        (StorageFailed, "Reading or writing the journal failed"),
        (UnexpectedVersion, "The stream is not at the expected version"),
        (LimitExceeded, "The append is larger than a limit"),
        (Closed, "The journal is closed"),
        (OpenedForReading, "The journal was opened for reading only"),
        (NoJournal, "There is no journal in the folder"),
        (UnknownFact, "A fact cannot be read"),
        (Stopped, "The journal stopped after a failure of the storage"),
        (LockedByAnotherProgram, "Another program holds the journal's file"),
        (Defect, "A defect of Nines"),
        (NotReadable, "The journal's folder cannot be read"),
    ];

    /// <summary>True when a later append cannot succeed either: the file is damaged or foreign, or somebody else writes.</summary>
    public static bool EndsTheRun(JournalException failure) => failure.Code
        is ForeignFile or NewerSchema or Corrupt or StorageFailed or UnexpectedVersion or Closed or OpenedForReading or Stopped or Defect or LimitExceeded;

    internal static JournalException FolderMissing(string folder) =>
        new(MissingFolder, $"{folder}: the folder for the journal does not exist. Create it, or set the data folder to one that does.");

    internal static JournalException CannotWrite(string path, string why, Exception? inner = null) =>
        new(NotWritable, $"{path}: the journal cannot be written ({why}). Give the user that runs Nines write permission to the folder and the files in it, "
            + "or mount the file system for writing; to only read, open the journal for reading.", inner);

    internal static JournalException Held(string folder, string? holder) =>
        new(HeldByAnotherWriter, $"{folder}: another process already writes to this journal ({holder ?? "it left no name"}). "
            + "One journal has one writer: stop the other one, or use another data folder.");

    internal static JournalException Foreign(string file, string what, Exception? inner = null) =>
        new(ForeignFile, $"{file}: this is not a Nines journal ({what}). Nothing was changed in it. Move it away, or use another data folder.", inner);

    internal static JournalException Newer(string file, long found, long known) =>
        new(NewerSchema, $"{file}: the journal has schema {found}, this Nines knows schemas up to {known}: a newer Nines wrote it. Nothing was changed in it. "
            + "Run that version or a newer one.");

    internal static JournalException Damaged(string file, string what, Exception? inner = null) =>
        new(Corrupt, $"{file}: the journal is damaged ({what}). Stop Nines, keep a copy of the folder as it is, and restore the journal from a backup.", inner);

    internal static JournalException Full(string file, string what, Exception? inner = null) =>
        new(DiskFull, $"{file}: the disk is full ({what}). Nothing of this append was acknowledged; what was acknowledged before is safe. "
            + "Free space on the file system: the journal accepts appends again by itself.", inner);

    internal static JournalException Failed(string file, string what, Exception? inner = null) =>
        new(StorageFailed, $"{file}: the storage failed ({what}). What was acknowledged before is safe; whether the append in flight was kept is known after a restart: "
            + "repeat it with the same idempotency key. Check the disk and the system's log.", inner);

    internal static JournalException Halted(string file, JournalException cause) =>
        new(Stopped, $"{file}: the journal stopped accepting appends after a failure of the storage, because what the disk holds is uncertain: {cause.Message} "
            + "Mend the cause and start Nines again.", cause);

    internal static JournalException Locked(string file, string what, Exception? inner = null) =>
        new(LockedByAnotherProgram, $"{file}: another program holds a lock on the file ({what}). Close other programs (an SQLite shell, a backup tool) that have it open for writing.", inner);

    internal static JournalException OverLimit(string what) => new(LimitExceeded, what);

    /// <summary>The journal was closed, or is being closed, by this process.</summary>
    public static JournalException IsClosed() =>
        new(Closed, "The journal is closed: nothing of this append was kept. Nines is stopping; append again after the start, with the same idempotency key.");

    internal static JournalException IsForReading(string file) =>
        new(OpenedForReading, $"{file}: the journal was opened for reading and takes no appends. Only the process that opened it for writing appends.");

    internal static JournalException NothingThere(string file) =>
        new(NoJournal, $"{file}: there is no journal here yet. Start Nines with this data folder once, or point to the folder of a running Nines.");

    internal static JournalException MayNotRead(string folder, Exception inner) =>
        new(NotReadable, $"{folder}: the folder may not be read by this user ({Environment.UserName}). Run this as the user that runs Nines: sudo -u nines …", inner);

    internal static JournalException CannotRead(JournalPosition position, Exception inner) =>
        new(UnknownFact, $"The fact at position {position} cannot be read ({inner.Message}). A newer Nines may have written it: run that version or a newer one.", inner);

    internal static JournalException OurDefect(Exception inner) =>
        new(Defect, $"A defect of Nines while committing: {inner.GetType().Name}: {inner.Message} Nothing of this append was kept. Please report it.", inner);
}
