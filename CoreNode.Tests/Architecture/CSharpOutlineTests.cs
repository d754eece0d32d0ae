namespace CoreNode.Tests.Architecture;

[TestFixture, Category("Unit")]
internal sealed class CSharpOutlineTests
{
    private const string Sample = """"
        using X = System.Int32;

        namespace N;

        /// <summary>a { b</summary>
        [Attribute(typeof(int), Name = "{")]
        public abstract partial class Outer<T>(int first) : Base(first)
            where T : struct
        {
            private static readonly int[] s_table = [ 1, 2 ];
            private readonly Func<int> _make = () => { return 1; };
            public int Auto { get; set; } = 3;
            public int Short => _make();
            public static bool operator ==(Outer<T> a, Outer<T> b) => a.Equals(b);
            public static bool operator <=(Outer<T> a, Outer<T> b)
            {
                return false;
            }
            public abstract void None(int a = 5);
            public string Text(char c) => c switch
            {
                '{' => $"{{ {"}".Length} \" {c:x}",
                '"' => @"a""{",
                '\'' => $$"""{ {{c}} " } """,
                _ => """ "{" """,
            };
            internal enum Inner { A = 1, B }
            public readonly record struct Pair(int A, int B);
            public interface IDeep
            {
                void Do();
            }
        }

        internal sealed record Small(int A);
        """";

    [Test]
    public void Types_are_found_with_name_depth_and_visibility()
    {
        string[] types =
        [
            .. CSharpOutline.Of(Sample).Where(d => d.IsType)
                .Select(d => $"{d.Name} {d.Depth} {d.IsPublic} {d.FirstLine}"),
        ];
        string[] expected =
            ["Inner 1 False 27", "Pair 1 True 28", "IDeep 1 True 29", "Outer 0 True 6", "Small 0 False 35"];
        Assert.That(types, Is.EqualTo(expected));
    }

    [Test]
    public void Members_are_found_with_their_lines_whatever_their_strings_hold()
    {
        string[] members =
            [.. CSharpOutline.Of(Sample).Where(d => !d.IsType).Select(d => $"{d.FirstLine}-{d.LastLine}")];
        Assert.That(members, Is.EqualTo(new[] { "12-12", "13-13", "14-14", "15-18", "20-26" }));
    }

    [Test]
    public void Strings_and_comments_are_blanked_in_place()
    {
        const string text = "a(\"x\\\"y\"); // b\n$\"{c + \"d\"}e\"/* f */g'\"'h@\"i\"\"j\"k\"\"\"l\"m\"\"\"n";
        CSharpText read = CSharpText.Of(text);
        Assert.That(read.Code, Has.Length.EqualTo(text.Length));
        Assert.That(string.Concat(read.Code.Where(char.IsLetter)), Is.EqualTo("acghkn"));
        Assert.That(string.Concat(read.CodeAndComments.Where(char.IsLetter)), Is.EqualTo("abcfghkn"));
    }
}
