using CoreNode.Foundation;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// A payload that this node keeps for others, or the part of it that it has. It hands on only what was verified here:
/// what is not whole grows by what its own update has applied. Any thread.
/// </summary>
internal sealed class KeptPayload
{
    private readonly Lock _gate = new(); // all that changes
    private readonly TimeProvider _time;
    private long _verified;
    private long _usedAt;
    private long _grownAt;
    private bool _isOver;
    private TaskCompletionSource _change = New();

    /// <summary>What is known of a file when it is found or begun.</summary>
    public KeptPayload(string sha256, long first, long size, string path, bool isWhole, TimeProvider time)
    {
        (Sha256, Base, Size, Path, _time) = (sha256, first, size, path, time);
        _verified = isWhole ? size : first;
        _usedAt = _grownAt = time.GetTimestamp();
        IsWhole = isWhole;
    }

    /// <summary>Its hash, in small hex digits.</summary>
    public string Sha256 { get; }

    /// <summary>The payload's byte that is the file's first.</summary>
    public long Base { get; }

    /// <summary>Bytes of the whole payload; 0 if that is not known yet.</summary>
    public long Size { get; private set; }

    /// <summary>The file.</summary>
    public string Path { get; private set; }

    /// <summary>True if the file has its last name. Changed by who reviews.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>True if an earlier run left it. Changed by one caller at a time.</summary>
    public bool IsFound { get; set; }

    /// <summary>Place among the keepers; below zero: none. Changed by one caller at a time.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>When it was taken; zero: none.</summary>
    public StoreIndex Since { get; set; }

    /// <summary>
    /// True if others may wait for more of it. Not so while it is a part that an earlier run left, or one of a node
    /// that is no keeper any more: that one may itself be waiting for whoever asks.
    /// </summary>
    public bool IsServed => IsWhole || (!IsFound && Since.Value > 0);

    /// <summary>When the store was told last that it is asked for.</summary>
    public long RefreshedAt { get; set; }

    /// <summary>Behind the last byte that may be handed on.</summary>
    public long Verified
    {
        get
        {
            lock (_gate)
                return _verified;
        }
    }

    /// <summary>True once it is removed.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
                return _isOver;
        }
    }

    /// <summary>How long nobody has asked for it and nothing was added.</summary>
    public TimeSpan Idle
    {
        get
        {
            lock (_gate)
                return _time.GetElapsedTime(Math.Max(_usedAt, _grownAt));
        }
    }

    /// <summary>How long nothing was added.</summary>
    public TimeSpan Quiet
    {
        get
        {
            lock (_gate)
                return _time.GetElapsedTime(_grownAt);
        }
    }

    /// <summary>True if it grows by what another keeper sends. Changed by one caller at a time.</summary>
    public bool IsFollowing { get; set; }

    /// <summary>Its own update looks for another source: who waits for it shall wait on.</summary>
    public void Stir()
    {
        lock (_gate)
            _grownAt = _time.GetTimestamp();
    }

    /// <summary>Somebody asks for it.</summary>
    public void Use()
    {
        lock (_gate)
            _usedAt = _time.GetTimestamp();
    }

    /// <summary>All before that byte is verified.</summary>
    public void Verify(long end, long size)
    {
        lock (_gate)
        {
            Size = size;
            if (end <= _verified)
                return;
            _verified = end;
            _grownAt = _time.GetTimestamp();
            Change();
        }
    }

    /// <summary>It has its last name.</summary>
    public void Finish(string path)
    {
        lock (_gate)
        {
            Path = path;
            IsWhole = true;
        }
    }

    /// <summary>It is removed: nobody waits for it any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            Change();
        }
    }

    /// <summary>Ends when there is more than that, or it is removed, or nothing was added for that long.</summary>
    public async Task WaitAsync(long known, TimeSpan quiet, CancellationToken cancellation)
    {
        Task change;
        TimeSpan left;
        lock (_gate)
        {
            left = quiet - _time.GetElapsedTime(_grownAt);
            if (_verified > known || _isOver || left <= TimeSpan.Zero)
                return;
            change = _change.Task;
        }

        await change.WaitAsync(left, _time, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Under the lock.
    private void Change()
    {
        _change.TrySetResult();
        _change = New();
    }
}
