#if NATIVE
// The compiler takes types of these names from here before it looks at the framework's (docs/decisions/0040).
#pragma warning disable IDE0130 // it is the framework's name on purpose
using CoreNode.Platform;

namespace System.Runtime.CompilerServices;
#else
using System.Runtime.CompilerServices;

namespace CoreNode.Platform;
#endif

#pragma warning disable CA1822 // these are members of an instance where the compiler calls them

/// <summary>
/// What the compiler builds methods with that are <c>async Task</c>; see <see cref="AsyncTaskMethodBuilder{TResult}"/>.
/// </summary>
internal struct AsyncTaskMethodBuilder
{
    private AsyncValueTaskMethodBuilder _outcome;
    private Suspension? _suspension;

    /// <summary>What the method's caller gets.</summary>
    public Task Task
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => _outcome.Task.AsTask();
    }

    /// <summary>For a method that begins.</summary>
    public static AsyncTaskMethodBuilder Create() => default;

    /// <summary>Runs the method up to where it first waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>For older compilers.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    /// <summary>The method is done.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void SetResult() => _outcome.SetResult();

    /// <summary>The method failed, or was cancelled.</summary>
    public void SetException(Exception exception) => _outcome.SetException(exception);

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine
    {
        Prepare();
        awaiter.OnCompleted(Suspension.Begin(ref _suspension, ref machine));
    }

    /// <summary>The method waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine
    {
        Prepare();
        Suspension.Wait(ref awaiter, Suspension.Begin(ref _suspension, ref machine));
    }

    // From here on the caller's copy of the state and the one on the heap share this task.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Prepare()
    {
        if (_suspension is null)
            _ = _outcome.Task;
    }
}

/// <summary>
/// What the compiler builds methods with that are <c>async Task&lt;TResult&gt;</c>. The framework's is compiled for
/// each such method with all that its tasks can do, about a kilobyte; of this the least is, and nothing of it is copied
/// into the methods. A method that waits takes
/// two more objects: where that counts, a method is <c>async ValueTask</c>, which stays the framework's. What a method
/// sets of an <c>AsyncLocal</c> before it first waits, its caller would see: nothing here has one.
/// </summary>
internal struct AsyncTaskMethodBuilder<TResult>
{
    private AsyncValueTaskMethodBuilder<TResult> _outcome;
    private Suspension? _suspension;

    /// <summary>What the method's caller gets.</summary>
    public Task<TResult> Task
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => _outcome.Task.AsTask();
    }

    /// <summary>For a method that begins.</summary>
    public static AsyncTaskMethodBuilder<TResult> Create() => default;

    /// <summary>Runs the method up to where it first waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>For older compilers.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    /// <summary>The method is done.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void SetResult(TResult result) => _outcome.SetResult(result);

    /// <summary>The method failed, or was cancelled.</summary>
    public void SetException(Exception exception) => _outcome.SetException(exception);

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine
    {
        Prepare();
        awaiter.OnCompleted(Suspension.Begin(ref _suspension, ref machine));
    }

    /// <summary>The method waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine
    {
        Prepare();
        Suspension.Wait(ref awaiter, Suspension.Begin(ref _suspension, ref machine));
    }

    // From here on the caller's copy of the state and the one on the heap share this task.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Prepare()
    {
        if (_suspension is null)
            _ = _outcome.Task;
    }
}
