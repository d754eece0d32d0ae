using CoreNode.Foundation;
using CoreNode.RebootLock.Model;
using CoreNode.Store;

namespace CoreNode.RebootLock;

/// <summary>
/// The semaphore and its notes as keys of the store: reads and single writes, no decisions. Any thread.
/// </summary>
internal sealed class SemaphoreStore(IKvClient store)
{
    private static readonly TimeSpan s_heardKept = TimeSpan.FromDays(30);

    /// <summary>The semaphore as a quorum knows it.</summary>
    /// <exception cref="RebootLockException">It cannot be read, or is none.</exception>
    public async Task<StoredSemaphore> ReadAsync(string group, CancellationToken cancellation)
    {
        string key = LockKeys.Semaphore(group);
        KvOutcome outcome = await AskAsync(store.GetAsync(key, KvGetOptions.Linearizable, cancellation));
        return outcome switch
        {
            KvOutcome.Done done => Of(key, done.Change.Node, done.Change.Index),
            KvOutcome.Refused { Error: var error } when error.Is(ErrorCode.KeyNotFound) =>
                new StoredSemaphore(SemaphoreValue.Initial, StoreIndex.Zero, new StoreIndex(error.Index)),
            _ => throw Unavailable("read", key, outcome),
        };
    }

    /// <summary>A semaphore as a read or a watch shows it.</summary>
    /// <exception cref="RebootLockException">It is none.</exception>
    public static StoredSemaphore Of(string key, KvNode node, StoreIndex seen)
    {
        string problem = "it is a directory";
        if (node.Value is { } text && SemaphoreJson.Read(text, out problem) is { } value)
            return new StoredSemaphore(value, node.ModifiedIndex, seen);
        throw new RebootLockException(
            LockAnswerKind.Damaged,
            $"{key} is no reboot lock of locksmith: {problem}. Nobody takes or gives back this lock until it is "
            + $"mended: see who holds it (`corenode kv get {key}`), then write it anew, with nobody in it for example: "
            + $"corenode kv set {key} '{SemaphoreJson.Write(SemaphoreValue.Initial)}'");
    }

    /// <summary>
    /// Writes the next value if nobody wrote since that one was read. Once it is sent, its answer is waited for, also
    /// when it is cancelled: it could still be done after who gave it up has seen that it was not.
    /// </summary>
    /// <exception cref="RebootLockException">The store cannot be reached, or refuses.</exception>
    public async Task<Swap> SwapAsync(
        string group, StoredSemaphore seen, SemaphoreValue next, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string key = LockKeys.Semaphore(group);
        KvSetOptions options = seen.Modified == StoreIndex.Zero
            ? KvSetOptions.Create
            : new KvSetOptions { PreviousIndex = seen.Modified };
        KvOutcome outcome = await AskAsync(
            store.SetAsync(key, SemaphoreJson.Write(next), options, CancellationToken.None));
        return outcome switch
        {
            KvOutcome.Done done => new Swap(
                new StoredSemaphore(next, done.Change.Node.ModifiedIndex, done.Change.Index), false),
            KvOutcome.Unknown => Swap.Unknown,
            KvOutcome.Refused { Error: var error } => (ErrorCode)error.Code switch
            {
                ErrorCode.CompareFailed or ErrorCode.KeyExists or ErrorCode.KeyNotFound => Swap.Lost,
                ErrorCode.RaftInternal or ErrorCode.LeaderElection => Swap.Unknown,
                _ => throw Unavailable("written", key, outcome),
            },
            _ => throw Unavailable("written", key, outcome),
        };
    }

    /// <summary>The notes about a group's holders by their ids; empty if they cannot be read.</summary>
    public async Task<Dictionary<string, StoredNote>> ReadNotesAsync(string group, CancellationToken cancellation)
    {
        Dictionary<string, StoredNote> notes = new(StringComparer.Ordinal);
        string directory = LockKeys.Notes(group);
        KvOutcome outcome = await AskAsync(store.GetAsync(directory, KvGetOptions.Linearizable, cancellation));
        if (outcome is not KvOutcome.Done done)
            return notes;
        foreach (KvNode node in done.Change.Node.Nodes)
        {
            if (node.Value is { } text && NoteJson.Read(text, out string holder, out StoreIndex hold) is { } note
                && node.Key == LockKeys.Note(group, holder))
                notes[holder] = new StoredNote(holder, note, node.Key, node.ModifiedIndex, hold);
        }

        foreach (KvNode node in done.Change.Node.Nodes)
        {
            foreach (StoredNote note in notes.Values)
            {
                if (node.Key.Length > note.Key.Length && node.Key == LockKeys.Heard(group, note.Holder))
                {
                    notes[note.Holder] = note with { Heard = NoteJson.Moment(node.Value) };
                    break;
                }
            }
        }

        return notes;
    }

    /// <summary>Notes something about who holds the lock at that index; why that was not possible, or null.</summary>
    public async Task<string?> WriteNoteAsync(
        string group, string holder, HolderNote note, StoreIndex hold, CancellationToken cancellation)
    {
        KvOutcome outcome = await AskAsync(store.SetAsync(
            LockKeys.Note(group, holder), NoteJson.Write(holder, note, hold), KvSetOptions.None, cancellation));
        return outcome is KvOutcome.Done ? null : outcome.ToString();
    }

    /// <summary>
    /// Writes another note for who holds the lock still, unless it was written again meanwhile; false if the store did
    /// not say what became of it.
    /// </summary>
    public async Task<bool> TryReplaceNoteAsync(
        StoredNote old, HolderNote note, StoreIndex hold, CancellationToken cancellation)
    {
        KvOutcome outcome = await AskAsync(store.SetAsync(
            old.Key, NoteJson.Write(old.Holder, note, hold), new KvSetOptions { PreviousIndex = old.Modified },
            cancellation));
        return outcome is KvOutcome.Done
            || (outcome is KvOutcome.Refused { Error: var error }
                && (error.Is(ErrorCode.CompareFailed) || error.Is(ErrorCode.KeyNotFound)));
    }

    /// <summary>Takes a note away unless it was written again since it was read.</summary>
    public async Task RemoveNoteAsync(string group, StoredNote note, CancellationToken cancellation)
    {
        await AskAsync(store.DeleteAsync(
            note.Key, new KvDeleteOptions { PreviousIndex = note.Modified }, cancellation));
        if (note.Heard is not null)
        {
            await AskAsync(store.DeleteAsync(
                LockKeys.Heard(group, note.Holder), KvDeleteOptions.None, cancellation));
        }
    }

    /// <summary>Notes when a holder was up; whatever is left behind of that goes by itself.</summary>
    public Task HearAsync(string group, string holder, DateTimeOffset now, CancellationToken cancellation) =>
        AskAsync(store.SetAsync(
            LockKeys.Heard(group, holder), NoteJson.Text(now), new KvSetOptions { TimeToLive = s_heardKept },
            cancellation));

    private static async Task<KvOutcome> AskAsync(Task<KvOutcome> call)
    {
        try
        {
            return await call;
        }
        catch (IOException fault)
        {
            return new KvOutcome.Unknown(fault.Message);
        }
    }

    private static RebootLockException Unavailable(string what, string key, KvOutcome outcome)
    {
        string reason = outcome switch
        {
            KvOutcome.Refused refused => refused.Error.ToString(),
            KvOutcome.Unreachable unreachable => unreachable.Reason,
            KvOutcome.Unknown unknown => unknown.Reason,
            _ => "",
        };
        bool isDenied = outcome is KvOutcome.Refused { Error: var error } && (ErrorCode)error.Code
            is ErrorCode.Unauthorized or ErrorCode.NotAFile or ErrorCode.NotADirectory or ErrorCode.RootReadOnly;
        return new RebootLockException(
            isDenied ? LockAnswerKind.Denied : LockAnswerKind.Unavailable,
            $"the reboot lock at {key} cannot be {what} now: {reason}");
    }
}
