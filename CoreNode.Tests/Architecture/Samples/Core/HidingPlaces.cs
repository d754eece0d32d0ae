using CoreNode.Tests.Architecture.Samples.Ports;
using CoreNode.Tests.Architecture.Samples.Shell;

namespace CoreNode.Tests.Architecture.Samples.Core;

/// <summary>
/// One forbidden need of Shell in each place where the compiled code can hold one; each type is named by its place.
/// </summary>
internal static class HidingPlaces
{
    internal sealed class BaseType : Thing;

    internal sealed class Interface : IThing;

    [Thing]
    internal sealed class AttributeOfType;

    [System.Diagnostics.DebuggerTypeProxy(typeof(Thing))]
    internal sealed class AttributeArgument;

    internal sealed class Constraint<T>
        where T : Thing;

    internal sealed class Field
    {
        public Thing? Held = new();
    }

    internal sealed class ArrayField
    {
        public Thing[][] Held = [];
    }

    internal sealed class Property
    {
        public Thing? Held { get; set; }
    }

    internal sealed class Happening
    {
        public event Action<Thing>? Came;

        public void Raise() => Came?.Invoke(null!);
    }

    internal static class Parameter
    {
        public static void Take(in Thing thing) => _ = thing;
    }

    internal static class ParameterAttribute
    {
        public static void Take([Thing] int number) => _ = number;
    }

    internal static class ReturnValue
    {
        public static Thing? Give() => null;
    }

    internal static class StaticCall
    {
        public static int Call() => Thing.Twice(2);
    }

    internal static class FieldRead
    {
        public static int Read() => Thing.Number;
    }

    internal static class GenericArgument
    {
        public static object Make() => Activator.CreateInstance<Thing>();
    }

    internal static class GenericType
    {
        public static object Make() => new List<Dictionary<int, Thing>>();
    }

    internal static class TypeToken
    {
        public static string Name() => typeof(Thing).Name;
    }

    internal static class Cast
    {
        public static bool Check(object value) => value is Thing;
    }

    internal static class Catch
    {
        public static int Try(IDoor door)
        {
            try
            {
                return door.Number;
            }
            catch (Thing)
            {
                return 0;
            }
        }
    }

    internal static class Lambda
    {
        public static Func<int, int> Make(int add) => value => Thing.Twice(value) + add;
    }

    internal static class LocalFunction
    {
        public static int Call()
        {
            return Inner(3);

            static int Inner(int value) => Thing.Twice(value);
        }
    }

    internal static class Iterator
    {
        public static IEnumerable<int> Count()
        {
            yield return Thing.Twice(1);
        }
    }

    internal static unsafe class FunctionPointer
    {
        public static delegate*<Thing, void> Pointer = null;
    }
}
