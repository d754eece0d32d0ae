using CoreNode.Platform;

namespace CoreNode.Api.Auth;

/// <summary>
/// Hashes and verifies passwords on one thread of its own with low priority: work that is slow on purpose must not
/// take the processor from the log, from heartbeats or from other requests. What waits is bounded, in all and for one
/// user name, so that a flood of guesses for one user leaves room for the others. Any thread may ask.
/// </summary>
internal sealed class PasswordThread(PasswordLimits limits) : IDisposable
{
    private readonly Lock _gate = new(); // guards the fields up to _isStopped
    private readonly Queue<Job> _hashes = new();
    private readonly Queue<Job> _checks = new();
    private readonly Dictionary<Claim, Job> _running = [];
    private readonly Dictionary<string, int> _waitingOf = new(StringComparer.Ordinal);
    private Thread? _thread;
    private bool _isStopped;
    private readonly SemaphoreSlim _work = new(0);
    private readonly PasswordHash _decoy = PasswordHash.Decoy(limits.Iterations);
    private long _done;
    private long _refused;

    /// <summary>Jobs that wait or run.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _hashes.Count + _checks.Count;
        }
    }

    /// <summary>Hashes computed.</summary>
    public long Done => Volatile.Read(ref _done);

    /// <summary>Requests refused because too many wait.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>
    /// Verifies a credential; who asks for the same one meanwhile waits for the same result. Null if too many wait.
    /// </summary>
    /// <param name="digest">The credential.</param>
    /// <param name="credential">Name and password.</param>
    /// <param name="user">The user of that name; null if there is none, which costs the same.</param>
    public Task<bool>? TryVerify(CredentialDigest digest, in BasicCredential credential, AuthUser? user)
    {
        PasswordHash expected = user?.Password ?? _decoy;
        byte[] password = credential.Password;
        Claim claim = new(digest, user?.Version ?? 0);
        Job job;
        lock (_gate)
        {
            if (_running.TryGetValue(claim, out Job? same))
                return same.Result.Task;
            int ofUser = _waitingOf.GetValueOrDefault(credential.User);
            if (_isStopped || _checks.Count >= limits.MaxWaiting || ofUser >= limits.MaxWaitingOfUser)
            {
                _refused++;
                return null;
            }

            job = new Job(credential.User, claim, () => expected.Fits(password) && user is not null);
            _waitingOf[credential.User] = ofUser + 1;
            _running.Add(claim, job);
            _checks.Enqueue(job);
            Start();
        }

        _work.Release();
        return job.Result.Task;
    }

    /// <summary>Hashes a new password, before whatever is to be verified. Null if too many wait.</summary>
    public async ValueTask<PasswordHash?> HashAsync(byte[] password)
    {
        PasswordHash? hash = null;
        Job job = new("", null, () =>
        {
            hash = PasswordHash.Make(password, limits.Iterations);
            return true;
        });
        lock (_gate)
        {
            if (_isStopped || _hashes.Count >= limits.MaxWaiting)
            {
                _refused++;
                return null;
            }

            _hashes.Enqueue(job);
            Start();
        }

        _work.Release();
        await job.Result.Task;
        return hash;
    }

    /// <summary>Ends the thread; who waits is told that the password is wrong.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_gate)
        {
            _isStopped = true;
            thread = _thread;
        }

        _work.Release();
        thread?.Join();
        _work.Dispose();
    }

    // Made at the first password: most nodes never need it.
    private void Start()
    {
        if (_thread is not null)
            return;
        _thread = new Thread(Run) { Name = "passwords", IsBackground = true };
        _thread.Start();
    }

    private void Run()
    {
        BackgroundPriority.Enter();
        while (true)
        {
            _work.Wait();
            Job? job;
            bool isStopped;
            lock (_gate)
            {
                isStopped = _isStopped;
                if (!_hashes.TryPeek(out job))
                    _checks.TryPeek(out job);
            }

            if (isStopped)
            {
                FailAll();
                return;
            }

            if (job is not null)
                Do(job);
        }
    }

    private void Do(Job job)
    {
        bool result = job.Work();
        Interlocked.Increment(ref _done);
        lock (_gate)
            Remove(job);
        job.Result.SetResult(result);
    }

    // It stays at the head of its queue while it runs, so that it counts; a hash may have come before a check since.
    private void Remove(Job job)
    {
        if (job.Claim is not { } claim)
        {
            _hashes.Dequeue();
            return;
        }

        _checks.Dequeue();
        _running.Remove(claim);
        if (--_waitingOf[job.User] == 0)
            _waitingOf.Remove(job.User);
    }

    private void FailAll()
    {
        Job[] left;
        lock (_gate)
            left = [.. _hashes, .. _checks];
        foreach (Job job in left)
            job.Result.TrySetResult(false);
    }

    // A credential and the record that it is held against: a result says nothing about a later record.
    private readonly record struct Claim(CredentialDigest Digest, ulong Version)
    {
        public override int GetHashCode() => HashCode.Combine(Digest, Version);
    }

    private sealed record Job(string User, Claim? Claim, Func<bool> Work)
    {
        public TaskCompletionSource<bool> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
