using System.Runtime.CompilerServices;

namespace CoreNode.Platform;

/// <summary>
/// An asynchronous method that waits for something: what the builder of such methods keeps of it. It goes on in the
/// execution context in which it began to wait.
/// </summary>
internal abstract class Suspension
{
    private Action? _resume;
    private ExecutionContext? _context;

    /// <summary>Hands out what continues the method; its state moves to the heap the first time.</summary>
    /// <param name="place">Where the builder keeps it: in the state, so that it is set before that moves.</param>
    /// <param name="machine">The state of the method.</param>
    public static Action Begin<TMachine>(ref Suspension? place, ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        if (place is null)
        {
            Suspended<TMachine> suspended = new();
            place = suspended;
            suspended.Machine = machine;
        }

        return place.Wait();
    }

    /// <summary>Has the method go on after that; compiled for each kind of awaiter, not where they are used.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Wait<TAwaiter>(ref TAwaiter awaiter, Action resume)
        where TAwaiter : ICriticalNotifyCompletion => awaiter.UnsafeOnCompleted(resume);

    /// <summary>The next step of the method.</summary>
    protected abstract void MoveNext();

    private Action Wait()
    {
        _context = ExecutionContext.Capture();
        return _resume ??= Resume;
    }

    private void Resume()
    {
        // None was taken where its flow is suppressed.
        ExecutionContext? context = _context;
        if (context is null || ReferenceEquals(context, ExecutionContext.Capture()))
            MoveNext();
        else
            ExecutionContext.Run(context, static suspension => ((Suspension)suspension!).MoveNext(), this);
    }

    private sealed class Suspended<TMachine> : Suspension
        where TMachine : IAsyncStateMachine
    {
        // No property: the state changes in its place.
        internal TMachine? Machine;

        protected override void MoveNext() => Machine!.MoveNext();
    }
}
