// The grammar of dp. Everything that docs/language.md calls syntax is here, except three things that a context-free
// grammar says badly and that the parser's own passes over the tokens decide before it (frontend/parse_layout.h):
//   - where a statement ends: newlines and `;` become END, or vanish where a statement goes on;
//   - words with a meaning only in place (`param`, `upto`, `where`, …): names, retagged to the tokens of `tokens { }`
//     where they have that meaning, so that everywhere else they are names;
//   - the `<` `>` of `i32<n>`, which are BOUND_OPEN and BOUND_CLOSE.
// Operators are a flat list here, `a + b * c` is three operands and two operators; frontend/parse_operators.h holds
// the one table of precedences. So a long chain of operators needs no deep recursion, and every decision of the
// parser is taken within two tokens, apart from the dotted path in front of `sum i: …`.
grammar Dp;

tokens {
  END, BOUND_OPEN, BOUND_CLOSE,
  ACCUMULATE, BATCH, EPOCHS, EVERY, FREEZE, FROM, FROZEN, GIVEN, MAXIMIZE, METRIC, MINIMIZE, PARAM, PRECISION, RUN, SAVE,
  SPLIT, STATE, STEPS, STOP, UNCHECKED, UPTO, USING, WHERE
}

// ---- entry rules: the parser cuts a module at END and parses unit by unit -----------------------------------------

declarationUnit : declaration EOF ;
statementUnit   : statement EOF ;
layerUnit       : layerItem EOF ;
dataUnit        : dataItem EOF ;
trainUnit       : trainItem EOF ;
everyUnit       : everyAction EOF ;
optimizerUnit   : optimizerItem EOF ;
valueUnit       : expression EOF ;

// ---- declarations -------------------------------------------------------------------------------------------------

declaration
  : function
  | dimDeclaration
  | constDeclaration
  | structDeclaration
  | layerDeclaration
  | adjointDeclaration
  | dataDeclaration
  | trainDeclaration
  | optimizerDeclaration
  | testDeclaration
  | importDeclaration
  | precisionDeclaration
  ;

function      : annotation* FN NAME? parameters (ARROW type)? whereClause? (ASSIGN expression | block) ;
annotation    : AT NAME ;
parameters    : LPAREN (parameter (COMMA parameter)* COMMA?)? RPAREN ;
parameter     : NAME (COLON type)? (ASSIGN expression)? ;
whereClause   : WHERE operation (COMMA operation)* ;

dimDeclaration    : DIM dimBinding (COMMA dimBinding)* ;
dimBinding        : NAME ASSIGN expression ;
constDeclaration  : CONST NAME (COLON type)? ASSIGN expression ;
structDeclaration : STRUCT NAME LBRACE (parameter ((COMMA | END) parameter)* COMMA?)? RBRACE ;

layerDeclaration : LAYER NAME parameters? LBRACE (layerItem (END layerItem)*)? RBRACE ;
layerItem        : STATE? parameter | function ;

adjointDeclaration
  : ADJOINT UNCHECKED? NAME LPAREN (NAME (COMMA NAME)*)? SEMICOLON NAME COMMA NAME RPAREN (ASSIGN expression | block) ;

dataDeclaration : DATA NAME FROM expression LBRACE (dataItem (END dataItem)*)? RBRACE ;
dataItem
  : SPLIT splitPart (COMMA splitPart)*
  | NAME NAME (COMMA NAME)*
  | (NAME | LPAREN NAME (COMMA NAME)* RPAREN) (COLON type)? ASSIGN expression
  ;
splitPart : (NAME | TRAIN | TEST) operation ;

trainDeclaration : TRAIN NAME LBRACE (trainItem (END trainItem)*)? RBRACE ;
trainItem
  : (PARAM | FROZEN) NAME COLON type (ASSIGN expression)? (FROM expression)?
  | FREEZE wrtPath
  | DATA (NAME | LPAREN NAME (COMMA NAME)* RPAREN) FROM NAME (COMMA BATCH expression)?
  | (MINIMIZE | MAXIMIZE) expression
  | METRIC NAME ASSIGN expression
  | USING expression (COMMA option)*
  | RUN (expression (EPOCHS | STEPS) (COMMA option)* | option (COMMA option)*)
  | EVERY expression (EPOCHS | STEPS) LBRACE (everyAction (END everyAction)*)? RBRACE
  | ACCUMULATE expression
  | STOP option (COMMA option)*
  | statement
  ;
option      : NAME ASSIGN expression ;
everyAction : SAVE expression? | printing | METRIC NAME (ASSIGN expression)? ;

optimizerDeclaration : OPTIMIZER NAME parameters? LBRACE (optimizerItem (END optimizerItem)*)? RBRACE ;
optimizerItem        : NAME ASSIGN expression | function ;

testDeclaration      : TEST STRING (GIVEN parameters)? block ;
importDeclaration    : IMPORT STRING (AS NAME)? ;
precisionDeclaration : PRECISION NAME ;

// ---- types --------------------------------------------------------------------------------------------------------

type
  : FN LPAREN (type (COMMA type)* COMMA?)? RPAREN ARROW type
  | LPAREN (type (COMMA type)* COMMA?)? RPAREN
  | NAME (DOT NAME)? (BOUND_OPEN expression BOUND_CLOSE)? arguments? dimensions?
  ;
dimensions : LBRACKET (DOTS (COMMA expression)* COMMA? | expression (COMMA expression)* COMMA?)? RBRACKET ;

// ---- statements ---------------------------------------------------------------------------------------------------

block : LBRACE (statement (END statement)*)? RBRACE ;

statement
  : WHILE expression (UPTO expression)? block
  | ASSERT expression (COMMA expression)?
  | printing
  | RETURN expression
  | expression ((ASSIGN | ADD_ASSIGN | SUBTRACT_ASSIGN | MULTIPLY_ASSIGN | DIVIDE_ASSIGN) expression)?
  ;
printing : PRINT LPAREN (expression (COMMA expression)* COMMA?)? RPAREN ;

// ---- expressions --------------------------------------------------------------------------------------------------

// What reaches as far right as it can (`for`, `sum i:`, `grad`) is an expression but no operand: `a + (sum i: x[i])`.
expression
  : FOR binders body
  | path binders (IF operation)? COLON expression
  | (GRAD | JACOBIAN | HESSIAN) expression WRT wrtTarget
  | VJP expression WRT wrtTarget WITH expression
  | JVP expression WRT wrtTarget ALONG expression
  | IF expression block (ELSE IF expression block)* (ELSE block)?
  | operation (PIPE operand | AS dimensions)*
  ;

binders : binder (COMMA binder)* ;
binder  : NAME (IN operation)? ;
body    : COLON expression | block ;

wrtTarget : wrtPath | LPAREN wrtPath (COMMA wrtPath)* COMMA? RPAREN ;
wrtPath   : NAME (DOT NAME | LBRACKET expression RBRACKET)* ;
path      : NAME (DOT NAME)* ;

operation
  : (MINUS | NOT)* operand
    ((PLUS | MINUS | STAR | SLASH | PERCENT | AT | CARET | DOTS | EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER
      | GREATER_EQUAL | CLOSE | AND | OR)
     (MINUS | NOT)* operand)*
  ;

operand
  : ( NAME | INTEGER | REAL | STRING | TRUE | FALSE
    | LPAREN (expression (COMMA expression)* COMMA?)? RPAREN
    | LBRACKET (expression (COMMA expression)* COMMA?)? RBRACKET )
    (DOT NAME | index | arguments)*
  ;
index     : LBRACKET indexItem (COMMA indexItem)* COMMA? RBRACKET ;
indexItem : COLON | DOTS expression? | expression DOTS? ;
arguments : LPAREN (argument (COMMA argument)* COMMA?)? RPAREN ;
argument  : (NAME ASSIGN)? expression ;

// ---- tokens -------------------------------------------------------------------------------------------------------

ADJOINT : 'adjoint' ;
ALONG : 'along' ;
AND : 'and' ;
AS : 'as' ;
ASSERT : 'assert' ;
CONST : 'const' ;
DATA : 'data' ;
DIM : 'dim' ;
ELSE : 'else' ;
FALSE : 'false' ;
FN : 'fn' ;
FOR : 'for' ;
GRAD : 'grad' ;
HESSIAN : 'hessian' ;
IF : 'if' ;
IMPORT : 'import' ;
IN : 'in' ;
JACOBIAN : 'jacobian' ;
JVP : 'jvp' ;
LAYER : 'layer' ;
NOT : 'not' ;
OPTIMIZER : 'optimizer' ;
OR : 'or' ;
PRINT : 'print' ;
RETURN : 'return' ;
STRUCT : 'struct' ;
TEST : 'test' ;
TRAIN : 'train' ;
TRUE : 'true' ;
VJP : 'vjp' ;
WHILE : 'while' ;
WITH : 'with' ;
WRT : 'wrt' ;

LPAREN : '(' ;
RPAREN : ')' ;
LBRACKET : '[' ;
RBRACKET : ']' ;
LBRACE : '{' ;
RBRACE : '}' ;

ADD_ASSIGN : '+=' ;
ARROW : '->' ;
ASSIGN : '=' ;
AT : '@' ;
CARET : '^' ;
CLOSE : '~=' ;
COLON : ':' ;
COMMA : ',' ;
DIVIDE_ASSIGN : '/=' ;
DOT : '.' ;
DOTS : '..' ;
EQUAL : '==' ;
GREATER : '>' ;
GREATER_EQUAL : '>=' ;
LESS : '<' ;
LESS_EQUAL : '<=' ;
MINUS : '-' ;
MULTIPLY_ASSIGN : '*=' ;
NOT_EQUAL : '!=' ;
PERCENT : '%' ;
PIPE : '|>' ;
PLUS : '+' ;
SEMICOLON : ';' ;
SLASH : '/' ;
STAR : '*' ;
SUBTRACT_ASSIGN : '-=' ;

NAME : [_\p{L}\p{Nl}] [_\p{L}\p{Nl}\p{M}\p{Nd}₀-₉]* ;

INTEGER : [0-9] [0-9_]* | '0' [xX] [0-9a-fA-F_]+ ;
REAL : [0-9] [0-9_]* '.' [0-9] [0-9_]* EXPONENT? | [0-9] [0-9_]* EXPONENT ;
fragment EXPONENT : [eE] [+-]? [0-9] [0-9_]* ;

STRING : '"' ('\\' ~[\r\n] | ~["\\\r\n])* '"' ;

// What other languages write, and what nobody does: recognised as tokens, so that the message can say what to write.
BAD_NUMBER : [0-9] [_0-9\p{L}]* ('.' [0-9] [_0-9\p{L}]*)? ;
OPEN_STRING : '"' ('\\' ~[\r\n] | ~["\\\r\n])* '\\'? ;
SINGLE_QUOTED : '\'' ('\\' ~[\r\n] | ~['\\\r\n])* '\'' ;
FOREIGN : '&&' | '||' | '**' | '!' | ':=' | '=>' | '<>' | '++' | '===' | '!==' | '//' | '/*' | '..=' | '...' | '<<' | '>>>' | '|' | '&' ;

NEWLINE : '\r'? '\n' | '\r' ;
COMMENT : '#' ~[\r\n]* ;
SPACE : [ \t\f]+ -> skip ;
UNKNOWN : . ;
