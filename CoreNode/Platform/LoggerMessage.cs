#if NATIVE
// What is generated for log methods calls the type of this name, here before the framework's (docs/decisions/0040).
#pragma warning disable IDE0130 // it is the framework's name on purpose
using CoreNode.Platform;

namespace Microsoft.Extensions.Logging;
#else
using Microsoft.Extensions.Logging;

namespace CoreNode.Platform;
#endif

/// <summary>
/// What log methods of up to six values call. The framework's has a type for the values of each, and with it all that
/// lists, loggers and delegates are asked for, compiled for each; here the values are an array.
/// </summary>
internal static class LoggerMessage
{
    /// <summary>No values.</summary>
    public static Action<ILogger, Exception?> Define(LogLevel level, EventId id, string text, LogDefineOptions? _) =>
        new LogForm(level, id, text).Write;

    /// <summary>One value.</summary>
    public static Action<ILogger, T1, Exception?> Define<T1>(
        LogLevel level, EventId id, string text, LogDefineOptions? _) => new LogForm(level, id, text).Write;

    /// <summary>Two values.</summary>
    public static Action<ILogger, T1, T2, Exception?> Define<T1, T2>(
        LogLevel level, EventId id, string text, LogDefineOptions? _) => new LogForm(level, id, text).Write;

    /// <summary>Three values.</summary>
    public static Action<ILogger, T1, T2, T3, Exception?> Define<T1, T2, T3>(
        LogLevel level, EventId id, string text, LogDefineOptions? _) => new LogForm(level, id, text).Write;

    /// <summary>Four values.</summary>
    public static Action<ILogger, T1, T2, T3, T4, Exception?> Define<T1, T2, T3, T4>(
        LogLevel level, EventId id, string text, LogDefineOptions? _) => new LogForm(level, id, text).Write;

    /// <summary>Five values.</summary>
    public static Action<ILogger, T1, T2, T3, T4, T5, Exception?> Define<T1, T2, T3, T4, T5>(
        LogLevel level, EventId id, string text, LogDefineOptions? _) => new LogForm(level, id, text).Write;

    /// <summary>Six values.</summary>
    public static Action<ILogger, T1, T2, T3, T4, T5, T6, Exception?> Define<T1, T2, T3, T4, T5, T6>(
        LogLevel level, EventId id, string text, LogDefineOptions? _) => new LogForm(level, id, text).Write;
}
