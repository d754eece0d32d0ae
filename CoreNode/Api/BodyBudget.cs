namespace CoreNode.Api;

/// <summary>
/// What all request bodies that are being read may take together: each is bounded by itself, but the connections are
/// not. Any thread may call.
/// </summary>
internal sealed class BodyBudget(long limit)
{
    private readonly long _limit = limit;
    private long _taken;

    /// <summary>A share for one body, empty at first.</summary>
    public Share Open() => new(this);

    /// <summary>What one body takes; given back when it is disposed. One caller at a time.</summary>
    public sealed class Share(BodyBudget budget) : IDisposable
    {
        private long _bytes;

        /// <summary>Takes more; false, and nothing taken, if that is too much for the sum.</summary>
        public bool TryGrow(long bytes)
        {
            if (Interlocked.Add(ref budget._taken, bytes) > budget._limit)
            {
                Interlocked.Add(ref budget._taken, -bytes);
                return false;
            }

            _bytes += bytes;
            return true;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Interlocked.Add(ref budget._taken, -_bytes);
            _bytes = 0;
        }
    }
}
